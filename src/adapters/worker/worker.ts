import type { SQSClient } from '@aws-sdk/client-sqs';
import { parseQueueArn, type QueueArn } from '../../aws/queue-arn.ts';
import { connectSiblings } from '../../aws/siblings.ts';
import { ConfigError, placementRefusal, type QueueDelivery, type Service } from '../../core/index.ts';
import { Consumer } from './consumer.ts';
import type { Counts } from './counts.ts';
import { WORKER_DEFAULTS, type WorkerOptions } from './options.ts';
import { SqsQueue } from './queue.ts';

/** A function that is called by its queue: the message is its event. */
const CALL: QueueDelivery = {
  queue: 'made',
  batchSize: 1,
  reportsFailures: false,
  toEvent: ([message]) => JSON.parse(message!.body),
};

/** All handlers that a process works for, each with its queue. */
export class Worker {
  readonly service: Service;
  readonly #consumers: ReadonlyMap<string, Consumer>;
  readonly #clients: readonly SQSClient[];
  #draining = false;

  private constructor(service: Service, consumers: Map<string, Consumer>, clients: readonly SQSClient[]) {
    this.service = service;
    this.#consumers = consumers;
    this.#clients = clients;
  }

  /** @throws ConfigError naming each handler that cannot run here, and each queue that is none */
  static async make(service: Service, options: WorkerOptions): Promise<Worker> {
    const queues = checkedQueues(service, options);
    connectSiblings(service, process.env);
    const sdk = await (await import('../../aws/sdk.deferred.ts')).loadSqs();
    const clients = new Map<string, SQSClient>();
    const consumers = new Map<string, Consumer>();
    for (const [name, queueArn] of queues) {
      const { region } = queueArn;
      const client = clients.get(region) ?? makeClient(sdk, region, queues.size, options.endpointUrl);
      clients.set(region, client);
      consumers.set(
        name,
        consumerOf(
          name,
          queueArn,
          new SqsQueue(sdk, client, queueArn.url(options.endpointUrl), settingsOf(options)),
          service,
          options,
        ),
      );
    }
    return new Worker(service, consumers, [...clients.values()]);
  }

  /** Takes messages from now on. */
  start(): void {
    for (const consumer of this.#consumers.values()) consumer.start();
  }

  get handlers(): string[] {
    return [...this.#consumers.keys()];
  }

  /** `ready`, or why not. */
  status(): string {
    if (this.#draining) return 'draining';
    const waiting = [...this.#consumers].filter(([, { ready }]) => !ready).map(([name]) => name);
    return waiting.length === 0 ? 'ready' : `no messages yet, or none any more, for ${waiting.join(', ')}`;
  }

  counts(): Record<string, Counts> {
    return Object.fromEntries([...this.#consumers].map(([name, { counts }]) => [name, counts]));
  }

  /** Takes no more messages; resolves when all that is under way has ended. */
  async stop(): Promise<void> {
    this.#draining = true;
    await Promise.all([...this.#consumers.values()].map((consumer) => consumer.stop()));
  }

  /** Aborts what is under way and gives its messages back. */
  async cutOff(): Promise<void> {
    await Promise.all([...this.#consumers.values()].map((consumer) => consumer.cutOff()));
  }

  release(): void {
    for (const client of this.#clients) client.destroy();
  }
}

function settingsOf(options: WorkerOptions) {
  const { visibilityTimeout = WORKER_DEFAULTS.visibilityTimeout, waitTime = WORKER_DEFAULTS.waitTime } =
    options;
  return { visibilityTimeout, waitTime };
}

function consumerOf(
  name: string,
  { arn, fifo }: QueueArn,
  queue: SqsQueue,
  service: Service,
  options: WorkerOptions,
): Consumer {
  const { concurrency = WORKER_DEFAULTS.concurrency, retryDelay = WORKER_DEFAULTS.retryDelay } = options;
  const { timeoutMs, logger, metrics } = options;
  const { onInstances } = service.functions.get(name)!.source ?? {};
  return new Consumer({
    name,
    invokable: options.resolveFunction(service, name)!,
    queue,
    queueArn: arn,
    fifo,
    delivery: typeof onInstances === 'object' ? onInstances : CALL,
    concurrency,
    retryDelay,
    timeoutMs,
    logger,
    metrics,
    ...settingsOf(options),
  });
}

/** One for each region; long polls hold a socket each. */
function makeClient(
  { SQSClient }: typeof import('../../aws/sdk/sqs.ts'),
  region: string,
  queues: number,
  endpoint: string | undefined,
): SQSClient {
  const requestHandler = { connectionTimeout: 5_000, httpsAgent: { maxSockets: 50 + 10 * queues } };
  return new SQSClient({ region, requestHandler, ...(endpoint === undefined ? {} : { endpoint }) });
}

function checkedQueues(service: Service, { queues }: WorkerOptions): Map<string, QueueArn> {
  const problems: string[] = [];
  const checked = new Map<string, QueueArn>();
  for (const [name, text] of Object.entries(queues)) {
    try {
      assertRunsHere(service, name);
      checked.set(name, parseQueueArn(name, text));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  if (checked.size === 0) throw new ConfigError('worker: no handler has a queue');
  return checked;
}

function assertRunsHere(service: Service, name: string): void {
  const entry = service.functions.get(name);
  if (entry === undefined) {
    const known = [...service.functions.keys()].join(', ') || 'none';
    throw new ConfigError(`worker: there is no function ${JSON.stringify(name)}, use one of: ${known}`);
  }
  const refusal = placementRefusal(entry.source, 'instances');
  if (refusal !== undefined) throw new ConfigError(`worker: ${name}: ${refusal}`);
}
