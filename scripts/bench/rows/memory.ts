/**
 * Resident memory of the runtime loop after a million invocations against that after ten thousand, of one and the same
 * process: what grows with each invocation shows here. Every invocation has another trace id, as in Lambda.
 *
 * V8 doubles its young generation, up to 16 MB, each time that as much has outlived a collection as it holds: what is in
 * flight does, so a process that keeps nothing grows all the same, in ever rarer steps. With a young generation that does
 * not grow only what is kept shows; beside it stands the process as it is. The goal is for both.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { end, failure, start } from '../children.ts';
import { buildBenchService } from '../executables.ts';
import { lambdaEnv } from '../lambda-env.ts';
import { FastRuntimeApi } from '../runtime-api.ts';
import type { Goal } from '../stats.ts';
import { type Bench, BenchError, type Row, type RunOptions } from '../types.ts';

const GOAL: Goal = { kind: 'at most', ratio: 1.1 };
const EVENT = { name: 'Ada' };
const PAGE_BYTES = 4096;
const LONGEST_MS = 600_000;

export const memoryBench: Bench = {
  name: 'memory',
  about: 'resident memory after a million invocations, against that after ten thousand',
  async run(options) {
    const app = await buildBenchService(options);
    const fixed = { NODE_OPTIONS: '--max-semi-space-size=1' };
    return [
      await rowOf(app, 'young generation of 1 MB', fixed, options),
      await rowOf(app, 'as it is', {}, options),
    ];
  },
};

type Env = Readonly<Record<string, string>>;

async function rowOf(app: string, what: string, env: Env, { quick, progress }: RunOptions): Promise<Row> {
  const [early, late] = quick ? [10_000, 50_000] : [10_000, 1_000_000];
  const [before, after] = await measure(app, env, [early, late]);
  progress(`${what}: ${before} MB after ${early}, ${after} MB after ${late} invocations`);
  const ours = { name: 'amphi', samples: [after!] };
  const peer = { name: `after ${early}`, samples: [before!] };
  const whole = `RSS after ${late} invocations, ${what}`;
  return { kind: 'comparison', bench: 'memory', what: whole, unit: 'MB', ours, peer, goal: GOAL };
}

/** @returns MB after each of these numbers of invocations */
async function measure(app: string, env: Env, counts: readonly number[]): Promise<number[]> {
  const api = new FastRuntimeApi(EVENT);
  await api.listen();
  const child = start(app, [], { env: { ...lambdaEnv(api.address, 'small'), ...env } });
  const ended = failure(child).then((error) => {
    throw error;
  });
  try {
    const sizes: number[] = [];
    for (const count of counts) {
      await Promise.race([ended, answered(api, count)]);
      sizes.push(Math.round((residentPages(child.pid!) * PAGE_BYTES) / 1e6));
    }
    return sizes;
  } finally {
    await end(child);
    await api.close();
  }
}

async function answered(api: FastRuntimeApi, count: number): Promise<void> {
  const latest = performance.now() + LONGEST_MS;
  while (api.answered < count) {
    if (api.failed !== undefined) throw new BenchError(api.failed);
    if (performance.now() > latest)
      throw new BenchError(`only ${api.answered} of ${count} invocations in 10 minutes`);
    await sleep(20);
  }
}

/** The second number of /proc/PID/statm, see proc(5). */
function residentPages(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
}
