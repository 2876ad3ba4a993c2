import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { frameworkError, type Service } from '../../core/index.ts';
import { endedBySignal, startedWith, WithLifecycle } from '../../server/lifecycle.ts';
import { Readiness } from '../../server/readiness.ts';
import { Signals, type Stoppable } from '../../server/signals.ts';
import type { Counts } from './counts.ts';
import { portOf, serveHealth } from './health.ts';
import { WORKER_DEFAULTS, type WorkerOptions } from './options.ts';
import { Worker } from './worker.ts';

/** After an error that nobody caught: time for what is under way to end, ms. */
const STRAY_GRACE_MS = 5_000;

export interface RunningWorker {
  /** Handlers that it works for. */
  readonly handlers: readonly string[];
  /** Of readiness and counts; `undefined` where nobody asked for it. */
  readonly healthPort: number | undefined;
  /** By handler. */
  counts(): Readonly<Record<string, Counts>>;
  /**
   * Drains: takes no more messages, and lets handlers end; those that do not in time are aborted, and their messages
   * given back.
   * @returns whether all could end by themselves
   */
  close(limitMs?: number): Promise<boolean>;
  /** Cuts a drain short. */
  force(): void;
}

/**
 * Works off the queues of handlers that run on instances.
 * @throws ConfigError naming each handler that cannot run here, each queue that is none, and a port that is taken;
 * StartError for a hook of `onStart` that fails
 * @example
 * ```ts
 * import { createLogger, createRegistry } from 'amphi';
 * import { resolveFunction } from 'amphi/lambda';
 * import { startWorker } from 'amphi/worker';
 *
 * const registry = createRegistry({ name: 'shop' });
 * registry.function('report', { runOn: 'instances' }, () => console.log('a long task'));
 * const logger = createLogger({ write: () => {} });
 * const queues = { report: 'arn:aws:sqs:eu-central-1:123456789012:reports' };
 * const endpointUrl = 'http://127.0.0.1:4566'; // of a stand-in
 *
 * const worker = await startWorker(registry.freeze(), { queues, endpointUrl, waitTime: 0, logger, resolveFunction });
 * console.log(worker.handlers.join(' ')); // report
 * await worker.close();
 * ```
 */
export async function startWorker(service: Service, options: WorkerOptions): Promise<RunningWorker> {
  return start(service, options);
}

async function start(service: Service, options: WorkerOptions, signal?: AbortSignal): Promise<RunningWorker> {
  const worker = await Worker.make(service, options);
  try {
    return await startedWith(service, options.logger, signal, () => begin(worker, options));
  } catch (error) {
    await worker.stop();
    worker.release();
    throw error;
  }
}

async function begin(worker: Worker, options: WorkerOptions): Promise<RunningWorker> {
  const { service } = worker;
  const { healthPort, logger } = options;
  const readiness = new Readiness(service, logger);
  const status = async () => {
    const own = await readiness.status();
    const now = worker.status();
    return now === 'ready' ? own : now;
  };
  const health =
    healthPort === undefined
      ? undefined
      : await serveHealth(healthPort, { status, counts: () => worker.counts() });
  worker.start();
  const whole = new WithLifecycle(service, logger, stoppable(worker, options, health));
  return {
    handlers: worker.handlers,
    healthPort: health && portOf(health),
    counts: () => worker.counts(),
    close: (limitMs) => whole.close(limitMs),
    force: () => whole.force(),
  };
}

function stoppable(worker: Worker, options: WorkerOptions, health: Server | undefined): Stoppable {
  const force = new AbortController();
  return {
    close: async (limitMs = options.drainTimeoutMs ?? WORKER_DEFAULTS.drainTimeoutMs) => {
      const clean = await drain(worker, limitMs, options, force.signal);
      health?.close();
      health?.closeAllConnections();
      worker.release();
      return clean;
    },
    force: () => force.abort(),
  };
}

async function drain(
  worker: Worker,
  limitMs: number,
  { logger }: WorkerOptions,
  force: AbortSignal,
): Promise<boolean> {
  const { running } = worker.service.siblings;
  const ended = worker.stop().then(async () => {
    while (running.size > 0) await sleep(20);
    return true;
  });
  const timer = new AbortController();
  const late = sleep(limitMs, false, { signal: AbortSignal.any([force, timer.signal]) }).catch(() => false);
  const clean = await Promise.race([ended, late]);
  timer.abort();
  if (clean) return true;
  const left = Object.values(worker.counts()).reduce((sum, counts) => sum + counts.running, 0);
  logger.warn('drain timed out, aborting', { running: left });
  for (const call of running) call.abort(frameworkError('SHUTTING_DOWN', 'The worker is stopping.'));
  await worker.cutOff();
  return false;
}

/**
 * Works until SIGTERM, SIGINT, SIGQUIT or SIGHUP, then drains; a second signal ends the drain at once.
 * @returns the exit code: 0, or 1 when handlers had to be aborted
 * @throws as `startWorker`
 * @example
 * ```ts
 * import { createLogger, createRegistry } from 'amphi';
 * import { resolveFunction } from 'amphi/lambda';
 * import { runWorker } from 'amphi/worker';
 *
 * const registry = createRegistry({ name: 'shop' });
 * registry.function('report', { runOn: 'instances' }, () => console.log('a long task'));
 * const logger = createLogger({ write: () => {} });
 * const queues = { report: 'arn:aws:sqs:eu-central-1:123456789012:reports' };
 * const endpointUrl = 'http://127.0.0.1:4566'; // of a stand-in
 *
 * setTimeout(() => process.kill(process.pid, 'SIGTERM'), 200);
 * console.log(await runWorker(registry.freeze(), { queues, endpointUrl, waitTime: 0, logger, resolveFunction })); // 0
 * ```
 */
export async function runWorker(service: Service, options: WorkerOptions): Promise<number> {
  const { logger } = options;
  const signals = new Signals(logger);
  try {
    const worker = await start(service, options, signals.starting);
    signals.onStrayError(() => worker.close(STRAY_GRACE_MS));
    const { handlers, healthPort } = worker;
    logger.info('working', { handlers, healthPort, service: service.name, version: service.version });
    const clean = await signals.untilStopped(worker);
    logger.info('stopped', { clean, counts: worker.counts() });
    return clean ? 0 : 1;
  } catch (error) {
    if (!endedBySignal(error, signals.starting)) throw error;
    logger.info('stopped', { clean: true, before: 'it was ready' });
    return 0;
  } finally {
    signals.release();
  }
}
