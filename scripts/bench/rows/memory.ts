/**
 * Resident memory of the runtime loop after a million invocations against that after ten thousand, of one and the same
 * process: what grows with each invocation shows here. Every invocation has another trace id, as in Lambda.
 *
 * The heap has the limits that V8 sets itself on the machine of such a function: below 1 GB a young generation of 1 MB,
 * in larger ones of up to 32 MB, which V8 doubles each time that as much has outlived a collection as it holds. What is
 * in flight does, so there a process that keeps nothing grows all the same, in ever rarer steps; 5 MB events are read
 * half as fast without. Therefore the goal is for a function of the default size, where only what is kept shows.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FUNCTION_OPTIONS } from '../../../infra/topology/options/functions.ts';
import { heapLimits } from '../../../src/cli/own-command.ts';
import { end, failure, start } from '../children.ts';
import { buildBenchService } from '../executables.ts';
import { lambdaEnv } from '../lambda-env.ts';
import { FastRuntimeApi } from '../runtime-api.ts';
import type { Goal } from '../stats.ts';
import { type Bench, BenchError, type Row, type RunOptions } from '../types.ts';

const GOAL: Goal = { kind: 'at most', ratio: 1.1 };
const DEFAULT_MB = FUNCTION_OPTIONS.memorySize.default;
/** A whole core. */
const LARGE_MB = 1769;
const EVENT = { name: 'Ada' };
const PAGE_BYTES = 4096;
const LONGEST_MS = 600_000;

export const memoryBench: Bench = {
  name: 'memory',
  about: 'resident memory after a million invocations, against that after ten thousand',
  async run(options) {
    const app = await buildBenchService(options);
    return [await rowOf(app, DEFAULT_MB, GOAL, options), await rowOf(app, LARGE_MB, undefined, options)];
  },
};

async function rowOf(
  app: string,
  memoryMB: number,
  goal: Goal | undefined,
  { quick, progress }: RunOptions,
): Promise<Row> {
  const [early, late] = quick ? [10_000, 50_000] : [10_000, 1_000_000];
  const [before, after] = await measure(app, memoryMB, [early, late]);
  const where = `function of ${memoryMB} MB`;
  progress(`${where}: ${before} MB after ${early}, ${after} MB after ${late} invocations`);
  const ours = { name: 'amphi', samples: [after!] };
  const peer = { name: `after ${early}`, samples: [before!] };
  const what = `RSS after ${late} invocations, ${where}`;
  return { kind: 'comparison', bench: 'memory', what, unit: 'MB', ours, peer, ...(goal && { goal }) };
}

/** @returns MB after each of these numbers of invocations */
async function measure(app: string, memoryMB: number, counts: readonly number[]): Promise<number[]> {
  const api = new FastRuntimeApi(EVENT);
  await api.listen();
  const env = { ...lambdaEnv(api.address, 'small'), AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMB) };
  const child = start(app, [], { env: { ...env, NODE_OPTIONS: heapLimits(memoryMB).join(' ') } });
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
