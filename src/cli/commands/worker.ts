import { ConfigError } from '../../core/index.ts';
import { DEFAULT_DRAIN_SECONDS } from '../../server/defaults.ts';
import { defineAction } from '../command.ts';
import { endWithDev } from '../dev-parent.ts';
import { FlagError } from '../flag-values.ts';
import { secondsFlag } from '../flags.ts';
import { outliveReaders, streamLogger, streamMetrics } from '../output.ts';
import { endpointFlag, queueFlags, type WorkerFlags, withWorkerFlags, workerNumber } from './worker-flags.ts';

interface Flags extends WorkerFlags {
  readonly handler?: string[];
  readonly drainTimeout: string;
}

const LONGEST_DRAIN_S = 12 * 3600;

export const workerCommand = defineAction<Flags>({
  builder: (yargs) =>
    withWorkerFlags(yargs, { defaults: true })
      .positional('handler', {
        type: 'string',
        array: true,
        describe: 'Handlers to work for; all that have a queue if left out',
      })
      .option('drainTimeout', {
        string: true,
        default: String(DEFAULT_DRAIN_SECONDS),
        describe: 'Seconds that running handlers may take to end',
      }),
  handler: async (flags, tools) => {
    const options = {
      concurrency: workerNumber(flags, 'concurrency'),
      visibilityTimeout: workerNumber(flags, 'visibilityTimeout'),
      waitTime: workerNumber(flags, 'waitTime'),
      retryDelay: workerNumber(flags, 'retryDelay'),
      timeoutMs: flags.timeout === undefined ? undefined : workerNumber(flags, 'timeout') * 1000,
      drainTimeoutMs: secondsFlag(flags.drainTimeout, '--drainTimeout', LONGEST_DRAIN_S),
      healthPort: workerNumber(flags, 'healthPort'),
      endpointUrl: endpointFlag(flags),
      queues: queuesOf(flags),
      logger: streamLogger(process.stdout),
    };
    outliveReaders();
    endWithDev();
    const { resolveFunction } = await import('../../adapters/lambda/runtime/invokable.ts');
    const { runWorker } = await import('../../adapters/worker/index.ts');
    const service = await tools.service();
    const metrics = streamMetrics(process.stdout, service.name);
    return runWorker(service, { ...options, metrics, resolveFunction });
  },
});

/** @throws FlagError naming the flag, ConfigError for AMPHI_QUEUES */
function queuesOf(flags: Flags): Record<string, string> {
  const all = { ...queuesFromEnvironment(), ...Object.fromEntries(queueFlags(flags)) };
  const names = flags.handler ?? [];
  if (names.length === 0) {
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
