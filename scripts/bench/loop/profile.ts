/**
 * What an invocation's CPU time is made of: the loop from its sources under V8's sampling profiler, so that files have
 * their names. The profiler makes all of it slower, so the shares count, not the sum.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE, start } from '../children.ts';
import { ROOT } from '../executables.ts';
import { lambdaEnv } from '../lambda-env.ts';
import type { FastRuntimeApi } from '../runtime-api.ts';
import { BenchError, type Parts, type RunOptions } from '../types.ts';
import { type LoopCase, runLoop } from './run.ts';

const MAIN = join(ROOT, 'scripts', 'bench', 'services', 'amphi.ts');
const INTERVAL_US = 200;
/** The beginning of a profile is start and warm-up. */
const SKIPPED = 0.4;
/** Of all files, the smaller ones are one part. */
const SHOWN = 14;

export async function profiledParts(each: LoopCase, { quick, progress }: RunOptions): Promise<Parts> {
  progress('what an invocation is made of');
  const dir = await mkdtemp(join(tmpdir(), 'amphi-bench-'));
  try {
    const flags = ['--conditions=amphi-source', '--cpu-prof', `--cpu-prof-dir=${dir}`];
    const args = [...flags, `--cpu-prof-interval=${INTERVAL_US}`, MAIN];
    const spawn = (address: string) => start(NODE, args, { env: lambdaEnv(address, each.handlers.amphi) });
    const [warmupMs, measuredMs] = quick ? [2000, 2000] : [4000, 8000];
    const { cpuMicros } = await runLoop(each, spawn, warmupMs!, measuredMs!, leave);
    const [file] = await readdir(dir);
    if (file === undefined) throw new BenchError('the runtime wrote no profile');
    const profile = JSON.parse(await readFile(join(dir, file), 'utf8')) as Profile;
    const parts = sharesOf(profile).map(({ name, share }) => ({ name, value: share * cpuMicros }));
    return {
      kind: 'parts',
      bench: 'loop',
      what: 'made of, under the profiler',
      unit: 'us/invocation',
      parts,
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** A runtime whose API is gone ends by itself, which is when the profile is written. */
async function leave(child: ChildProcess, api: FastRuntimeApi): Promise<void> {
  const gone = once(child, 'exit');
  await api.close();
  await gone;
}

/** The form of the DevTools protocol: Profiler.Profile. */
export interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

const NATIVE: Readonly<Record<string, string>> = {
  '(program)': 'native code and system calls',
  '(garbage collector)': 'garbage collector',
};

/** Shares of self time, without idle time, of the later part; largest first. They sum up to 1. */
export function sharesOf({ nodes, samples, timeDeltas }: Profile): { name: string; share: number }[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  let all = 0;
  for (let at = Math.floor(samples.length * SKIPPED); at < samples.length; at++) {
    const name = names.get(samples[at]!) ?? 'unknown';
    if (name === '(idle)' || name === '(root)') continue;
    const time = timeDeltas[at]!;
    times.set(name, (times.get(name) ?? 0) + time);
    all += time;
  }
  const sorted = [...times]
    .sort(([, a], [, b]) => b - a)
    .map(([name, time]) => ({ name, share: time / all }));
  const rest = sorted.slice(SHOWN).reduce((sum, { share }) => sum + share, 0);
  return rest > 0 ? [...sorted.slice(0, SHOWN), { name: 'all else', share: rest }] : sorted;
}

function nameOf({ functionName, url }: Profile['nodes'][number]['callFrame']): string {
  if (url === '') return NATIVE[functionName] ?? functionName;
  if (url.startsWith('node:')) return url.replace(/^node:internal\/([^/]*).*$/, 'node:internal/$1');
  return url.replace(/^.*?\/(?=(src|scripts|node_modules)\/)/, '');
}
