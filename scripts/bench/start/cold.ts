/** The page cache of single files, and what a process read from the disk. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findOnPath, runTool } from '../children.ts';
import { OUT } from '../executables.ts';
import { BenchError } from '../types.ts';

const DD_MS = 60_000;

/**
 * Takes files out of the page cache, as far as no process has them mapped, by posix_fadvise(POSIX_FADV_DONTNEED).
 * Source: GNU coreutils manual, "dd invocation", flag `nocache`: "dd if=ifile iflag=nocache count=0" drops the cache of a file.
 */
export async function evict(files: readonly string[]): Promise<void> {
  const dd = findOnPath('dd');
  if (dd === undefined) throw new BenchError('a cold page cache needs dd of GNU coreutils');
  for (const file of files)
    await runTool(dd, [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none'], { timeoutMs: DD_MS });
}

/**
 * A copy of an executable. How quick a start is depends, by up to a tenth, on how the page cache holds the file: in large
 * pieces after large writes, in small ones after the kernel has read it for page faults. So all contenders are written alike,
 * right before. Nor can a file be evicted that somebody runs.
 */
export async function freshCopy(file: string): Promise<string> {
  const copy = join(OUT, `copy-of-${basename(file)}`);
  await mkdir(OUT, { recursive: true });
  await rm(copy, { force: true });
  await writeFile(copy, await readFile(file), { mode: 0o755 });
  return copy;
}

export interface Reads {
  readonly bytes: number;
  /** Major faults: pages whose read the process waited for; the kernel reads further ones ahead with each. */
  readonly faults: number;
}

/** Of a process so far: `read_bytes` in /proc/PID/io and `majflt` in /proc/PID/stat, see proc(5). */
export function readsOf(pid: number): Reads {
  return readsIn(readFileSync(`/proc/${pid}/io`, 'utf8'), readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

export function readsIn(io: string, stat: string): Reads {
  const bytes = Number(/^read_bytes: (\d+)$/m.exec(io)?.[1] ?? Number.NaN);
  // Behind the name, which may hold anything; majflt is the 12th field.
  const faults = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[9]);
  if (!(bytes >= 0 && faults >= 0)) throw new BenchError('/proc/PID/io or stat is not as proc(5) says');
  return { bytes, faults };
}

/** CPU time of all threads so far, ms. Source: Documentation/scheduler/sched-stats.rst, the first number of schedstat. */
export function cpuMillis(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanos = threads.map((id) =>
    Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanos.reduce((sum, each) => sum + each, 0) / 1e6;
}
