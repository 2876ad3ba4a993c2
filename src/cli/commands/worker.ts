import { ConfigError } from '../../core/index.ts';
import { DEFAULT_DRAIN_SECONDS, DEFAULT_HEALTH_PORT } from '../../server/defaults.ts';
import { defineAction } from '../command.ts';
import { FlagError } from '../flag-values.ts';
import { portFlag, secondsFlag, wholeFlag } from '../flags.ts';
import { outliveReaders, streamLogger } from '../output.ts';

interface Flags {
  readonly handler?: string[];
  readonly queue?: string[];
  readonly concurrency: string;
  readonly visibilityTimeout: string;
  readonly waitTime: string;
  readonly retryDelay: string;
  readonly timeout?: string;
  readonly drainTimeout: string;
  readonly healthPort: string;
  readonly endpointUrl?: string;
}

/** SQS's own limit of a visibility timeout, seconds. */
const TWELVE_HOURS = 12 * 3600;

export const workerCommand = defineAction<Flags>({
  builder: (yargs) =>
    yargs
      .positional('handler', {
        type: 'string',
        array: true,
        describe: 'Handlers to work for; all that have a queue if left out',
      })
      .option('queue', {
        string: true,
        array: true,
        describe: 'HANDLER=ARN of its queue, over what AMPHI_QUEUES says; repeatable',
      })
      .option('concurrency', {
        string: true,
        default: '10',
        describe: 'Messages of one handler that are worked on at the same time',
      })
      .option('visibilityTimeout', {
        string: true,
        default: '60',
        describe: 'Seconds until the message of a worker that died comes back; extended while a handler runs',
      })
      .option('waitTime', {
        string: true,
        default: '10',
        describe: 'Seconds that a call waits for messages; a drain may take as long',
      })
      .option('retryDelay', {
        string: true,
        default: '0',
        describe: 'Seconds until what failed is tried again, doubled each time; 0 is at once',
      })
      .option('timeout', {
        string: true,
        describe: 'Seconds a handler may take; without it, any time up to 12 hours',
      })
      .option('drainTimeout', {
        string: true,
        default: String(DEFAULT_DRAIN_SECONDS),
        describe: 'Seconds that running handlers may take to end',
      })
      .option('healthPort', {
        string: true,
        default: String(DEFAULT_HEALTH_PORT),
        describe: 'Port on 127.0.0.1 for readiness and counts; 0 takes a free one',
      })
      .option('endpointUrl', { string: true, describe: 'Where SQS is, for a stand-in' }),
  handler: async (flags, tools) => {
    const options = {
      concurrency: wholeFlag(flags.concurrency, '--concurrency', 1, 10_000),
      visibilityTimeout: wholeFlag(flags.visibilityTimeout, '--visibilityTimeout', 3, TWELVE_HOURS),
      waitTime: wholeFlag(flags.waitTime, '--waitTime', 0, 20),
      retryDelay: wholeFlag(flags.retryDelay, '--retryDelay', 0, 900),
      timeoutMs:
        flags.timeout === undefined
          ? undefined
          : secondsFlag(flags.timeout, '--timeout', TWELVE_HOURS) || undefined,
      drainTimeoutMs: secondsFlag(flags.drainTimeout, '--drainTimeout', TWELVE_HOURS),
      healthPort: portFlag(flags.healthPort, '--healthPort'),
      endpointUrl: urlFlag(flags.endpointUrl),
      queues: queuesOf(flags),
      logger: streamLogger(process.stdout),
    };
    outliveReaders();
    const { resolveFunction } = await import('../../adapters/lambda/runtime/invokable.ts');
    const { runWorker } = await import('../../adapters/worker/index.ts');
    return runWorker(await tools.service(), { ...options, resolveFunction });
  },
});

/** @throws FlagError naming the flag, ConfigError for AMPHI_QUEUES */
function queuesOf({ handler: names, queue = [] }: Flags): Record<string, string> {
  const all = { ...queuesFromEnvironment(), ...Object.fromEntries(queue.map(pair)) };
  if (names === undefined || names.length === 0) {
    if (Object.keys(all).length > 0) return all;
    throw new FlagError(
      'worker: no handler has a queue: set AMPHI_QUEUES, as the template does, or --queue HANDLER=ARN',
    );
  }
  return Object.fromEntries(
    names.map((name) => {
      if (Object.hasOwn(all, name)) return [name, all[name]!];
      throw new FlagError(`worker: ${name} has no queue: neither AMPHI_QUEUES nor --queue names one`);
    }),
  );
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new FlagError(`--queue ${JSON.stringify(text)}: it must be HANDLER=ARN`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function queuesFromEnvironment(): Record<string, string> {
  const text = process.env.AMPHI_QUEUES;
  if (!text) return {};
  try {
    const queues: unknown = JSON.parse(text);
    if (typeof queues === 'object' && queues !== null && !Array.isArray(queues)) return { ...queues };
  } catch {
    // Refused below, as what is no object.
  }
  throw new ConfigError(
    `AMPHI_QUEUES ${JSON.stringify(text)}: it must be a JSON object of handlers and ARNs`,
  );
}

function urlFlag(text: string | undefined): string | undefined {
  if (text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new FlagError(`--endpointUrl ${JSON.stringify(text)}: it must be an http or https URL`);
}
