/**
 * `app worker` against sqs-consumer with one stand-in for SQS: messages per second, and what becomes of messages beside
 * faults of the queue and kills of the worker. The counts are told as progress.
 */
import { buildBenchService, buildSqsConsumer } from '../executables.ts';
import { type Contender, interleave } from '../rounds.ts';
import type { Goal } from '../stats.ts';
import type { Bench, Row, RunOptions } from '../types.ts';
import { type WorkLoad, type WorkOutcome, workOff } from '../work-off.ts';
import { amphiWorker, CONCURRENCY, sqsConsumer, type Worker } from '../workers.ts';

const AHEAD: Goal = { kind: 'at least', ratio: 1 };
/** Without work both wait for the same SDK. */
const LEVEL: Goal = { kind: 'at least', ratio: 0.95 };
const QUIET: Omit<WorkLoad, 'messages' | 'limitMs'> = { poison: 0, kills: 0, killMs: 0, faults: false };

export const workerBench: Bench = {
  name: 'worker',
  about: 'messages per second and under faults, against sqs-consumer',
  async run(options) {
    const workers = [
      amphiWorker(await buildBenchService(options)),
      sqsConsumer(await buildSqsConsumer(options)),
    ];
    const messages = options.quick ? 2_000 : 20_000;
    return [
      await speed('no work', { ...QUIET, messages, limitMs: 120_000 }, 0, LEVEL, workers, options),
      await speed(
        'work of up to 50 ms',
        { ...QUIET, messages, limitMs: 120_000 },
        50,
        AHEAD,
        workers,
        options,
      ),
      await survival(workers, options),
    ];
  },
};

async function speed(
  what: string,
  load: WorkLoad,
  workMs: number,
  goal: Goal,
  workers: readonly Worker[],
  options: RunOptions,
): Promise<Row> {
  const contenders = workers.map(
    (worker): Contender => ({
      name: worker.name,
      async sample() {
        const { ms } = await workOff(load, ({ log: _, ...place }) =>
          worker.start({ ...place, log: '' }, { WORK_MS: String(workMs) }, 60),
        );
        return load.messages / (ms / 1000);
      },
    }),
  );
  const [ours, peer] = await interleave(contenders, options.quick ? 2 : 10, 1, options.progress);
  const whole = `${what}, ${CONCURRENCY} at a time`;
  return {
    kind: 'comparison',
    bench: 'worker',
    what: whole,
    unit: 'messages/s',
    ours: ours!,
    peer: peer!,
    goal,
  };
}

async function survival(workers: readonly Worker[], options: RunOptions): Promise<Row> {
  const messages = options.quick ? 1_000 : 10_000;
  const load = {
    messages,
    poison: 20,
    kills: options.quick ? 3 : 20,
    killMs: 1_000,
    faults: true,
    limitMs: 240_000,
  };
  const contenders = workers.map(
    (worker): Contender => ({
      name: worker.name,
      async sample() {
        const outcome = await workOff(load, (place) =>
          worker.start(place, { WORK_LOG: place.log, WORK_MS: '20' }, 5),
        );
        options.progress(`${worker.name}: ${told(outcome, messages)}`);
        return (100 * (messages - outcome.lost)) / messages;
      },
    }),
  );
  const [ours, peer] = await interleave(contenders, options.quick ? 1 : 3, 0, options.progress);
  const what = `${messages} messages, ${load.kills} kills, one call in ten fails`;
  return {
    kind: 'comparison',
    bench: 'worker',
    what,
    unit: '% worked off',
    ours: ours!,
    peer: peer!,
    goal: AHEAD,
  };
}

function told(outcome: WorkOutcome, messages: number): string {
  const { lost, twice, beyond, redelivered, dead, kills, faults, ms } = outcome;
  return `${lost} of ${messages} lost, ${twice} worked off twice (${beyond} more often than handed out), ${redelivered} handed out again, ${dead} dead letters, ${kills} kills, ${faults} faults, ${Math.round(ms)} ms`;
}
