import { setTimeout as sleep } from 'node:timers/promises';
import { SqsStandIn } from '../../../scripts/bench/sqs-stand-in.ts';
import { resolveFunction } from '../../../src/adapters/lambda/index.ts';
import { type RunningWorker, startWorker, type WorkerOptions } from '../../../src/adapters/worker/index.ts';
import { createLogger, createRegistry, type Registry } from '../../../src/core/index.ts';

// The SDK insists on credentials; the stand-in looks at none.
process.env.AWS_ACCESS_KEY_ID = 'local';
process.env.AWS_SECRET_ACCESS_KEY = 'local';

export interface Scene {
  readonly sqs: SqsStandIn;
  readonly registry: Registry;
  /** Lines of the log, parsed. */
  readonly log: Record<string, unknown>[];
  start(queues: Record<string, string>, options?: Partial<WorkerOptions>): Promise<RunningWorker>;
}

/** A stand-in and an empty registry; all is ended with the test. */
export async function scene(t: { teardown(end: () => Promise<unknown>): unknown }): Promise<Scene> {
  const sqs = new SqsStandIn();
  await sqs.listen();
  const registry = createRegistry({ name: 'shop' });
  const log: Record<string, unknown>[] = [];
  const logger = createLogger({ write: (line) => log.push(JSON.parse(line)) });
  const workers: RunningWorker[] = [];
  t.teardown(async () => {
    await Promise.all(workers.map((worker) => worker.close(0)));
    await sqs.close();
  });
  return {
    sqs,
    registry,
    log,
    start: async (queues, options = {}) => {
      const defaults = { waitTime: 1, endpointUrl: sqs.endpoint, logger, resolveFunction };
      const worker = await startWorker(registry.freeze(), { queues, ...defaults, ...options });
      workers.push(worker);
      return worker;
    },
  };
}

/** Until it holds; the test's own time limit ends it otherwise. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}
