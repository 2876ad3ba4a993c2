/**
 * Resident memory of the runtime loop: at rest and after 100,000 invocations beside aws-lambda-ric, and after a million
 * against that after ten thousand, of one and the same process: what grows with each invocation shows here. Every
 * invocation has another trace id, as in Lambda. At rest is
 * while /next waits for an event.
 *
 * The heap has the limits that V8 sets itself on the machine of such a function: below 1 GB a young generation of 1 MB,
 * in larger ones of up to 32 MB, which V8 doubles each time that as much has outlived a collection as it holds. What is
 * in flight does, so there a process that keeps nothing grows all the same, in ever rarer steps; 5 MB events are read
 * half as fast without. Therefore the goal is for a function of the default size, where only what is kept shows.
 */
import type { ChildProcess } from 'node:child_process';
import { FUNCTION_OPTIONS } from '../../../infra/topology/options/functions.ts';
import { heapLimits } from '../../../src/cli/own-command.ts';
import { end, failure, NODE, start } from '../children.ts';
import { buildBenchService } from '../executables.ts';
import { lambdaEnv } from '../lambda-env.ts';
import { findRic } from '../peers.ts';
import { type Resident, residentOf } from '../resident.ts';
import { interleave } from '../rounds.ts';
import { FastRuntimeApi } from '../runtime-api.ts';
import type { Goal } from '../stats.ts';
import type { Bench, Row, RunOptions, Series } from '../types.ts';

const GOAL: Goal = { kind: 'at most', ratio: 1.1 };
const DEFAULT_MB = FUNCTION_OPTIONS.memorySize.default;
/** A whole core. */
const LARGE_MB = 1769;
const EVENT = { name: 'Ada' };
const LONGEST_MS = 600_000;

interface Runtime {
  readonly name: string;
  readonly handler: string;
  spawn(env: Record<string, string>): ChildProcess;
}

const amphi = (app: string): Runtime => ({
  name: 'amphi',
  handler: 'small',
  spawn: (env) => start(app, [], { env }),
});

const ric = (main: string): Runtime => ({
  name: 'aws-lambda-ric',
  handler: 'index.handler',
  spawn: (env) => start(NODE, [main, 'index.handler'], { env }),
});

export const memoryBench: Bench = {
  name: 'memory',
  about: 'resident memory at rest and after many invocations, against aws-lambda-ric and itself',
  async run(options) {
    const ours = amphi(await buildBenchService(options));
    const found = await findRic(options.progress);
    return [
      ...('found' in found ? await besideRic(ours, ric(found.found), options) : [skipped(found.missing)]),
      await growth(ours, DEFAULT_MB, GOAL, options),
      await growth(ours, LARGE_MB, undefined, options),
    ];
  },
};

function skipped(reason: string): Row {
  return { kind: 'skipped', bench: 'memory', what: 'RSS at rest', peer: 'aws-lambda-ric', reason };
}

async function besideRic(ours: Runtime, peer: Runtime, { quick, progress }: RunOptions): Promise<Row[]> {
  const many = quick ? 10_000 : 100_000;
  const runtimes = [ours, peer];
  const taken = runtimes.map((): Resident[][] => []);
  const contenders = runtimes.map((runtime, at) => ({
    name: `${runtime.name}, MB at rest`,
    async sample() {
      const sizes = await measure(runtime, DEFAULT_MB, [0, many]);
      taken[at]!.push(sizes);
      return sizes[0]!.all;
    },
  }));
  await interleave(contenders, quick ? 2 : 5, 0, progress);
  const series = (at: number, when: number, part: keyof Resident): Series => ({
    name: runtimes[at]!.name,
    samples: taken[at]!.map((sizes) => sizes[when]![part]),
  });
  const row = (what: string, when: number, part: keyof Resident): Row => ({
    kind: 'comparison',
    bench: 'memory',
    what: `${what}, function of ${DEFAULT_MB} MB`,
    unit: 'MB',
    ours: series(0, when, part),
    peer: series(1, when, part),
  });
  return [
    row('RSS at rest', 0, 'all'),
    row('anonymous at rest', 0, 'anonymous'),
    row(`RSS after ${many} invocations`, 1, 'all'),
    row(`anonymous after ${many} invocations`, 1, 'anonymous'),
  ];
}

async function growth(
  runtime: Runtime,
  memoryMB: number,
  goal: Goal | undefined,
  { quick, progress }: RunOptions,
): Promise<Row> {
  const [early, late] = quick ? [10_000, 50_000] : [10_000, 1_000_000];
  const [before, after] = (await measure(runtime, memoryMB, [early, late])).map(({ all }) => Math.round(all));
  const where = `function of ${memoryMB} MB`;
  progress(`${where}: ${before} MB after ${early}, ${after} MB after ${late} invocations`);
  const ours = { name: 'amphi', samples: [after!] };
  const peer = { name: `after ${early}`, samples: [before!] };
  const what = `RSS after ${late} invocations, ${where}`;
  return { kind: 'comparison', bench: 'memory', what, unit: 'MB', ours, peer, ...(goal && { goal }) };
}

/** @returns the memory after each of these numbers of invocations */
async function measure(
  { handler, spawn }: Runtime,
  memoryMB: number,
  counts: readonly number[],
): Promise<Resident[]> {
  const api = new FastRuntimeApi(EVENT);
  api.allow(0);
  await api.listen();
  const env = { ...lambdaEnv(api.address, handler), AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMB) };
  const child = spawn({ ...env, NODE_OPTIONS: heapLimits(memoryMB).join(' ') });
  const ended = failure(child).then((error) => {
    throw error;
  });
  try {
    const sizes: Resident[] = [];
    for (const count of counts) {
      await Promise.race([ended, api.reach(count, LONGEST_MS)]);
      sizes.push(residentOf(child.pid!));
    }
    return sizes;
  } finally {
    await end(child);
    await api.close();
  }
}
