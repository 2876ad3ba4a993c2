/**
 * Invocations per second of the whole runtime loop (/next, handler, /response), one after the other as Lambda does
 * it, against aws-lambda-ric with the same small function. Both are used as they are deployed: ours as the
 * executable, aws-lambda-ric by the same Node.js. Every sample has a process of its own.
 *
 * Runtime and API share one core, as a Lambda function of up to 1769 MB has one. They take turns anyway, and on two
 * cores each turn would mostly measure how long it takes to wake the other core.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { end, failure, NODE, onOneCore, start } from '../children.ts';
import { buildBenchService } from '../executables.ts';
import { lambdaEnv } from '../lambda-env.ts';
import { findRic } from '../peers.ts';
import { type Contender, interleave } from '../rounds.ts';
import { FastRuntimeApi } from '../runtime-api.ts';
import type { Goal } from '../stats.ts';
import { type Bench, BenchError, type RunOptions } from '../types.ts';

const WHAT = 'runtime loop';
const GOAL: Goal = { kind: 'at least', ratio: 2.5 };

/** About 1 KB, as small events are. */
const EVENT = { name: 'Ada', detail: { list: Array.from({ length: 40 }, (_, n) => `entry number ${n}`) } };

export const loopBench: Bench = {
  name: 'loop',
  about: 'invocations a second of the whole runtime loop, against aws-lambda-ric',
  async run(options) {
    const ric = await findRic(options.progress);
    if ('missing' in ric) {
      return [{ kind: 'skipped', bench: 'loop', what: WHAT, peer: 'aws-lambda-ric', reason: ric.missing }];
    }
    const app = await buildBenchService(options);
    const contenders = [
      contender('amphi loop', options, (env) => start(app, [], { env }), 'small'),
      contender(
        'aws-lambda-ric',
        options,
        (env) => start(NODE, [ric.found, 'index.handler'], { env }),
        'index.handler',
      ),
    ];
    const rounds = options.quick ? 3 : 10;
    const [ours, peer] = await onOneCore(() => interleave(contenders, rounds, 0, options.progress));
    const unit = 'invocations/s';
    return [{ kind: 'comparison', bench: 'loop', what: WHAT, unit, ours: ours!, peer: peer!, goal: GOAL }];
  },
};

type Spawn = (env: Record<string, string>) => ChildProcess;

function contender(name: string, options: RunOptions, spawn: Spawn, handler: string): Contender {
  const [warmupMs, measuredMs] = options.quick ? [1000, 1000] : [2000, 4000];
  return {
    name,
    async sample() {
      const api = new FastRuntimeApi(EVENT);
      await api.listen();
      const child = spawn(lambdaEnv(api.address, handler));
      const ended = failure(child).then((error) => {
        throw error;
      });
      try {
        return await Promise.race([ended, rate(name, api, warmupMs!, measuredMs!)]);
      } finally {
        await end(child);
        await api.close();
      }
    },
  };
}

async function rate(
  name: string,
  api: FastRuntimeApi,
  warmupMs: number,
  measuredMs: number,
): Promise<number> {
  await sleep(warmupMs);
  const [begin, before] = [performance.now(), api.answered];
  await sleep(measuredMs);
  const count = api.answered - before;
  const seconds = (performance.now() - begin) / 1000;
  if (api.failed !== undefined) throw new BenchError(`${name}: ${api.failed}`);
  assertAnswer(name, api.last);
  return count / seconds;
}

function assertAnswer(name: string, body: string): void {
  const answer = body === '' ? undefined : (JSON.parse(body) as Record<string, unknown>);
  if (answer?.name !== 'Ada' || answer.inTime !== true || typeof answer.requestId !== 'string') {
    throw new BenchError(`${name}: the function answered ${body === '' ? 'nothing' : body}`);
  }
}
