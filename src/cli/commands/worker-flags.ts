/** Flags of `app worker` that `app supervisor` writes into the worker's section. */
import type { Argv } from 'yargs';
import { FlagError } from '../flag-values.ts';
import { wholeFlag } from '../flags.ts';

export interface WorkerFlags {
  readonly concurrency?: string;
  readonly visibilityTimeout?: string;
  readonly waitTime?: string;
  readonly timeout?: string;
  readonly healthPort?: string;
  readonly endpointUrl?: string;
  readonly queue?: string[];
}

/** Twelve hours: SQS hides no message for longer. */
const MAX_VISIBILITY = 43_200;

const WHOLE = {
  concurrency: { min: 1, max: 1000, describe: 'Messages that the worker handles at the same time' },
  visibilityTimeout: {
    min: 1,
    max: MAX_VISIBILITY,
    describe: 'Seconds for which the worker takes a message',
  },
  waitTime: { min: 0, max: 20, describe: 'Seconds that a poll of the worker waits' },
  timeout: { min: 1, max: MAX_VISIBILITY, describe: 'Seconds that a handler of the worker may take' },
  healthPort: { min: 1, max: 65_535, describe: "Port of the worker's readiness" },
} as const;

const WHOLE_NAMES = Object.keys(WHOLE) as (keyof typeof WHOLE)[];

export function withWorkerFlags(yargs: Argv): Argv {
  for (const name of WHOLE_NAMES) yargs.option(name, { string: true, describe: WHOLE[name].describe });
  return yargs
    .option('endpointUrl', { string: true, describe: 'Where the worker finds SQS' })
    .option('queue', {
      string: true,
      array: true,
      describe: 'Queue of a function of the worker, as NAME=ARN; repeatable',
    });
}

/** The worker's arguments, checked. @throws FlagError naming the flag, also of one that is given without a worker */
export function workerArguments(flags: WorkerFlags, hasWorker: boolean): string[] {
  const args = [
    ...WHOLE_NAMES.filter((name) => flags[name] !== undefined).flatMap((name) => {
      const { min, max } = WHOLE[name];
      return [`--${name}`, String(wholeFlag(flags[name], `--${name}`, min, max))];
    }),
    ...(flags.endpointUrl === undefined ? [] : ['--endpointUrl', flags.endpointUrl]),
    ...(flags.queue ?? []).flatMap((pair) => ['--queue', pair]),
  ];
  if (args.length > 0 && !hasWorker)
    throw new FlagError(`${args[0]} is for the worker, and no function runs on instances (--runOn)`);
  return args;
}
