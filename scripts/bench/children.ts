/** Child processes of the benchmarks: pinned to a core where that is possible, and always ended, by pid. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { locateBase } from '../../src/build/executable/base.ts';

/** The Node.js that every contender runs on: the one inside the executable. */
export const NODE = locateBase();

const running = new Set<ChildProcess>();

// A benchmark that fails half-way must not leave a server behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The core to stay on; anywhere without taskset or a second core. */
  readonly core?: number;
  /** A number is a descriptor. */
  readonly stdout?: 'pipe' | 'ignore' | number;
}

/** Starts a process with nothing in its environment but what is given. */
export function start(file: string, args: readonly string[], options: ChildOptions = {}): ChildProcess {
  const { env = {}, core, stdout = 'ignore' } = options;
  const [command, ...rest] = [...pinned(core), file, ...args];
  const child = spawn(command!, rest, { env, stdio: ['ignore', stdout, 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

function pinned(core: number | undefined): string[] {
  if (core === undefined || !canPin()) return [];
  return [findOnPath('taskset')!, '-c', String(core)];
}

/** Whether server and load can each have a core. */
export function canPin(): boolean {
  return availableParallelism() >= 2 && findOnPath('taskset') !== undefined;
}

/** Keeps this process, and what it starts meanwhile, on the first core; anywhere where that is impossible. */
export async function onOneCore<T>(work: () => Promise<T>): Promise<T> {
  if (!canPin()) return work();
  const before = await affinity();
  await setAffinity('0');
  try {
    return await work();
  } finally {
    await setAffinity(before);
  }
}

const TASKSET_MS = 5000;

/** A list of cores such as `0-3`. */
async function affinity(): Promise<string> {
  const said = await runTool('taskset', ['-cp', String(process.pid)], { timeoutMs: TASKSET_MS });
  return said.slice(said.lastIndexOf(':') + 1).trim();
}

function setAffinity(cores: string): Promise<string> {
  return runTool('taskset', ['-acp', cores, String(process.pid)], { timeoutMs: TASKSET_MS });
}

/** Its first output line that passes; fails with what it wrote to stderr when it ends before. */
export function firstLine<T>(child: ChildProcess, pick: (line: string) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.setEncoding('utf8').on('data', (piece: string) => {
      const lines = (text + piece).split('\n');
      text = lines.pop()!;
      for (const line of lines) {
        const found = pick(line);
        if (found !== undefined) resolve(found);
      }
    });
    failure(child).then(reject);
  });
}

/** Resolves with an error when the process cannot start, or ends. */
export function failure(child: ChildProcess): Promise<Error> {
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
    stderr = (stderr + piece).slice(-4000);
  });
  return new Promise((resolve) => {
    child.once('error', resolve);
    child.once('close', (code, signal) => {
      const said = stderr.trim() === '' ? '' : `:\n${stderr.trim()}`;
      resolve(new Error(`${child.spawnargs.join(' ')} ended with ${signal ?? code}${said}`));
    });
  });
}

/** Ends a process now and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** Clock ticks of /proc/PID/stat in a second: USER_HZ, which is 100 on every Linux of today. */
const TICKS = 100;

/** CPU time of a process so far, user and system, in seconds. Source: proc(5), utime and stime. */
export function cpuSeconds(child: ChildProcess): number {
  return cpuSecondsOf(child.pid!);
}

export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in parentheses may hold anything; utime and stime are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

export function findOnPath(name: string): string | undefined {
  for (const dir of (process.env.PATH ?? '').split(delimiter).filter((part) => part !== '')) {
    try {
      accessSync(join(dir, name), constants.X_OK);
      return join(dir, name);
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** A tool that ends by itself. @throws Error with its output when it fails */
export async function runTool(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<string> {
  const { timeoutMs, ...rest } = options;
  const made = promisify(execFile)(file, args, { ...rest, timeout: timeoutMs, maxBuffer: 1 << 26 });
  running.add(made.child);
  try {
    return (await made).stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(
      `${[file, ...args].join(' ')} failed: ${(stderr || stdout || message).trim().slice(-2000)}`,
    );
  } finally {
    running.delete(made.child);
  }
}
