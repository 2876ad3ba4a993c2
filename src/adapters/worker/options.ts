import type { Awaitable, Context, Logger, Metrics, Service } from '../../core/index.ts';
import { DEFAULT_DRAIN_SECONDS } from '../../server/defaults.ts';

/** A function or event handler as Lambda would call it: event in, JSON value out. */
export type Invokable = (event: unknown, context: Context) => Awaitable<unknown>;

export interface WorkerOptions {
  /** ARN of the SQS queue of each handler that is to run, by its name. */
  readonly queues: Readonly<Record<string, string>>;
  /** Messages of one handler that are worked on at the same time; default 10. */
  readonly concurrency?: number;
  /** How long a message of a worker that died stays hidden, seconds; extended while its handler runs. Default 60. */
  readonly visibilityTimeout?: number;
  /** How long one call waits for messages, seconds, 0 to 20. A drain waits as long, or it would lose what is on its way. Default 10. */
  readonly waitTime?: number;
  /**
   * Seconds until a message whose handler failed can be received again, twice as long at each further failure, 15
   * minutes at most. Default 0: at once.
   */
  readonly retryDelay?: number;
  /** How long a handler may take, ms; default any time. */
  readonly timeoutMs?: number | undefined;
  /** How long running handlers may take to end once `close` is called, ms; default 25 000. */
  readonly drainTimeoutMs?: number;
  /** Port on the loopback address for readiness and counts; 0 takes a free one, none without. */
  readonly healthPort?: number | undefined;
  /** SQS itself unless given, e.g. of a stand-in. */
  readonly endpointUrl?: string | undefined;
  readonly logger: Logger;
  /** Takes what handlers measure by `context.metric`. */
  readonly metrics?: Metrics | undefined;
  /** Finds the handlers. Injected, for adapters do not know each other. */
  readonly resolveFunction: (service: Service, name: string) => Invokable | undefined;
}

export const WORKER_DEFAULTS = {
  concurrency: 10,
  visibilityTimeout: 60,
  waitTime: 10,
  retryDelay: 0,
  drainTimeoutMs: DEFAULT_DRAIN_SECONDS * 1000,
} as const;
