/**
 * The whole runtime loop (/next, handler, /response), one invocation after the other as Lambda does it, against
 * aws-lambda-ric with the same small function, or Hono's handler where an HTTP event goes through routes. Both are used as
 * they are deployed: ours as the executable, aws-lambda-ric by the same Node.js. Every sample has a process of its own.
 *
 * Runtime and API share one core, as a Lambda function of up to 1769 MB has one. They take turns anyway, and on two
 * cores each turn would mostly measure how long it takes to wake the other core. So invocations per second hold the API's
 * time as well, for both alike; CPU time is that of the runtime alone.
 */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { NODE, onOneCore, start } from '../children.ts';
import { buildBenchService } from '../executables.ts';
import { lambdaEnv } from '../lambda-env.ts';
import { profiledParts } from '../loop/profile.ts';
import { type LoopCase, runLoop } from '../loop/run.ts';
import { findRic } from '../peers.ts';
import { type Contender, interleave } from '../rounds.ts';
import { makeEvent } from '../services/event-data.ts';
import type { Goal } from '../stats.ts';
import type { Bench, Row, RunOptions, Series } from '../types.ts';

const GOAL: Goal = { kind: 'at least', ratio: 3 };
const NET_LOOP = join(import.meta.dirname, '..', 'services', 'net-loop.cjs');

/** An event of so many bytes, of short texts as events are. */
function eventOf(bytes: number) {
  const list = Array.from(
    { length: Math.ceil((bytes - 60) / 19) },
    (_, n) => `entry ${String(n).padStart(10, '0')}`,
  );
  return { name: 'Ada', detail: { list } };
}

const isSmall = (answer: Record<string, unknown>) =>
  answer.name === 'Ada' && answer.inTime === true && typeof answer.requestId === 'string';

const small = (what: string, bytes: number): LoopCase => ({
  what,
  event: eventOf(bytes),
  handlers: { amphi: 'small', ric: 'index.handler' },
  isAnswer: isSmall,
});

const ONE_KB = small('1 KB event', 1024);
const CASES: readonly LoopCase[] = [
  ONE_KB,
  small('100 KB event', 100 * 1024),
  small('5 MB event', 5 * 1024 * 1024),
  {
    what: 'API Gateway v2 event through routes',
    event: makeEvent(),
    handlers: { amphi: 'http', ric: 'hono.handler' },
    isAnswer: ({ statusCode, body }) => statusCode === 200 && String(body).includes('"customer":"Ada"'),
  },
];

export const loopBench: Bench = {
  name: 'loop',
  about: 'the whole runtime loop with events of all sizes, against aws-lambda-ric; what an invocation costs',
  async run(options) {
    const app = await buildBenchService(options);
    const ric = await findRic(options.progress);
    const amphi: Spawn = (env) => start(app, [], { env });
    const rows: Row[] = [];
    for (const each of CASES) {
      const where = { bench: 'loop', what: each.what };
      if ('missing' in ric) {
        rows.push({ kind: 'skipped', ...where, peer: 'aws-lambda-ric', reason: ric.missing });
        continue;
      }
      const peer: Spawn = (env) => start(NODE, [ric.found, each.handlers.ric], { env });
      const name = each.handlers.ric.startsWith('hono') ? 'aws-lambda-ric, Hono' : 'aws-lambda-ric';
      rows.push(
        ...(await compare(each, [contender('amphi loop', amphi), contender(name, peer)], GOAL, options)),
      );
    }
    const bare: Spawn = (env) => start(NODE, [NET_LOOP], { env });
    const floor: LoopCase = { ...ONE_KB, what: 'fixed cost, 1 KB event' };
    const both = [contender('amphi loop', amphi), contender('node:net alone', bare)];
    rows.push(...(await compare(floor, both, undefined, options)));
    return [...rows, await profiledParts(ONE_KB, options)];
  },
};

type Spawn = (env: Record<string, string>) => ChildProcess;

interface Runtime {
  readonly name: string;
  readonly spawn: Spawn;
}

const contender = (name: string, spawn: Spawn): Runtime => ({ name, spawn });

async function compare(
  each: LoopCase,
  runtimes: readonly Runtime[],
  goal: Goal | undefined,
  { quick, progress }: RunOptions,
): Promise<Row[]> {
  progress(each.what);
  const [warmupMs, measuredMs] = quick ? [500, 700] : [2000, 4000];
  const cpu = runtimes.map(({ name }): Series => ({ name, samples: [] }));
  const contenders = runtimes.map(({ name, spawn }, at): Contender => {
    const handler = at === 0 ? each.handlers.amphi : each.handlers.ric;
    return {
      name,
      async sample() {
        const run = await runLoop(
          each,
          (address) => spawn(lambdaEnv(address, handler)),
          warmupMs!,
          measuredMs!,
        );
        cpu[at]!.samples.push(run.cpuMicros);
        return run.rate;
      },
    };
  });
  const rates = await onOneCore(() => interleave(contenders, quick ? 2 : 10, 0, progress));
  const row = { kind: 'comparison', bench: 'loop', what: each.what } as const;
  return [
    { ...row, unit: 'invocations/s', ours: rates[0]!, peer: rates[1]!, ...(goal && { goal }) },
    { ...row, unit: 'CPU us/invocation', ours: cpu[0]!, peer: cpu[1]! },
  ];
}
