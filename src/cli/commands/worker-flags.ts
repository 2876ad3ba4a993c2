/** The flags of `app worker`, which `app supervisor` writes into the worker's section. */
import type { Argv } from 'yargs';
import { DEFAULT_HEALTH_PORT } from '../../server/defaults.ts';
import { FlagError } from '../flag-values.ts';
import { wholeFlag } from '../flags.ts';

/** SQS hides no message for longer, seconds. */
const TWELVE_HOURS = 12 * 3600;

interface WholeFlag {
  readonly min: number;
  readonly max: number;
  readonly default?: number;
  readonly describe: string;
}

const WHOLE = {
  concurrency: {
    ...{ min: 1, max: 10_000, default: 10 },
    describe: 'Messages of one handler that are worked on at the same time',
  },
  visibilityTimeout: {
    ...{ min: 3, max: TWELVE_HOURS, default: 60 },
    describe: 'Seconds until the message of a worker that died comes back; extended while a handler runs',
  },
  waitTime: {
    ...{ min: 0, max: 20, default: 10 },
    describe: 'Seconds that a call waits for messages; a drain may take as long',
  },
  retryDelay: {
    ...{ min: 0, max: 900, default: 0 },
    describe: 'Seconds until what failed is tried again, doubled each time; 0 is at once',
  },
  timeout: {
    ...{ min: 1, max: TWELVE_HOURS },
    describe: 'Seconds a handler may take; without it, any time up to 12 hours',
  },
  healthPort: {
    ...{ min: 0, max: 65_535, default: DEFAULT_HEALTH_PORT },
    describe: 'Port on 127.0.0.1 for readiness and counts; 0 takes a free one',
  },
} as const satisfies Readonly<Record<string, WholeFlag>>;

type Name = keyof typeof WHOLE;

export type WorkerFlags = { readonly [name in Name]?: string } & {
  readonly endpointUrl?: string;
  readonly queue?: string[];
};

const NAMES = Object.keys(WHOLE) as Name[];

/** @param defaults whether a flag that is not given has a value all the same */
export function withWorkerFlags(yargs: Argv, { defaults }: { readonly defaults: boolean }): Argv {
  for (const name of NAMES) {
    const { describe, default: value }: WholeFlag = WHOLE[name];
    const shown = defaults && value !== undefined ? { default: String(value) } : {};
    yargs.option(name, { string: true, describe: defaults ? describe : `worker: ${describe}`, ...shown });
  }
  const worker = defaults ? '' : 'worker: ';
  return yargs
    .option('endpointUrl', { string: true, describe: `${worker}Where SQS is, for a stand-in` })
    .option('queue', {
      string: true,
      array: true,
      describe: `${worker}HANDLER=ARN of its queue, over what AMPHI_QUEUES says; repeatable`,
    });
}

/** @throws FlagError naming the flag */
export function workerNumber(flags: WorkerFlags, name: Name): number {
  const { min, max } = WHOLE[name];
  return wholeFlag(flags[name], `--${name}`, min, max);
}

/** @throws FlagError */
export function endpointFlag({ endpointUrl: text }: WorkerFlags): string | undefined {
  if (text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new FlagError(`--endpointUrl ${JSON.stringify(text)}: it must be an http or https URL`);
}

/** @throws FlagError */
export function queueFlags({ queue = [] }: WorkerFlags): [handler: string, arn: string][] {
  return queue.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new FlagError(`--queue ${JSON.stringify(text)}: it must be HANDLER=ARN`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
}

/** The worker's arguments, checked. @throws FlagError naming the flag, also of one that is given without a worker */
export function workerArguments(flags: WorkerFlags, hasWorker: boolean): string[] {
  const endpoint = endpointFlag(flags);
  const args = [
    ...NAMES.filter((name) => flags[name] !== undefined).flatMap((name) => {
      return [`--${name}`, String(workerNumber(flags, name))];
    }),
    ...(endpoint === undefined ? [] : ['--endpointUrl', endpoint]),
    ...queueFlags(flags).flatMap(([handler, arn]) => ['--queue', `${handler}=${arn}`]),
  ];
  if (args.length > 0 && !hasWorker)
    throw new FlagError(`${args[0]} is for the worker, and no function runs on instances (--runOn)`);
  return args;
}
