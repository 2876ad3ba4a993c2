import { ConfigError, HandlerTimeout } from './errors.ts';
import { MAX_TIMER_MS } from './limits.ts';
import type { LogFields, Logger } from './logger.ts';
import type { MetricOptions, Metrics } from './metrics.ts';
import { type BoundInvoke, undeclared } from './siblings.ts';
import type { StateKey } from './state.ts';
import type { InvocationContext, InvokeOptions, LambdaDetails } from './types.ts';

export interface ContextInit {
  readonly requestId: string | (() => string);
  readonly functionName: string;
  /** Epoch milliseconds at which somebody else ends the invocation (Lambda); default `Infinity`. */
  readonly deadline?: number;
  /** How long the handler may take, ms, kept by the core; also a deadline. Default any time. */
  readonly timeoutMs?: number | undefined;
  readonly traceId?: string | undefined;
  readonly logger: Logger;
  readonly event?: unknown;
  readonly lambda?: LambdaDetails;
  /** Takes what the handler measures; default nobody. */
  readonly metrics?: Metrics | undefined;
}

/** What interceptors get to finish their work on the reply of an interrupted handler, ms. */
const INTERCEPTORS_MS = 100;

type Reject = (error: unknown) => void;

/** Who waits for the handler beside the adapter: `depth` grows with each interceptor on the way inside. */
interface Waiting {
  readonly depth: number;
  readonly reject: Reject;
}

/**
 * The context of one invocation. Built per request, so the signal, its timer and the child logger
 * are made only when a handler asks for them.
 */
export class Context implements InvocationContext {
  readonly #init: ContextInit;
  #requestId: string | undefined;
  #logger: Logger | undefined;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #aborted: { reason: unknown } | undefined;
  #draining: AbortController | undefined;
  #drained = false;
  #finished = false;
  #deadline: number | undefined;
  #limit: NodeJS.Timeout | undefined;
  #waiting: Waiting[] | undefined;
  #interrupted: { error: unknown } | undefined;
  #state: Map<object, unknown> | undefined;
  /** Who waits for the whole: the adapter's side of the dispatch. */
  waiter: { interrupt(error: unknown): unknown } | undefined;
  /** Calls the functions that the handler says it invokes. */
  siblings: BoundInvoke | undefined;

  constructor(init: ContextInit) {
    this.#init = init;
  }

  get requestId(): string {
    if (this.#requestId === undefined) {
      const given = this.#init.requestId;
      this.#requestId = typeof given === 'string' ? given : given();
    }
    return this.#requestId;
  }

  get functionName(): string {
    return this.#init.functionName;
  }

  get deadline(): number {
    if (this.#deadline === undefined) {
      const { deadline = Number.POSITIVE_INFINITY, timeoutMs } = this.#init;
      this.#deadline = timeoutMs === undefined ? deadline : Math.min(deadline, Date.now() + timeoutMs);
    }
    return this.#deadline;
  }

  /**
   * Starts the clock of the adapter's limit or the handler's own, whichever is shorter.
   * @returns false where there is none
   */
  startLimit(ownMs: number | undefined): boolean {
    const { timeoutMs } = this.#init;
    if (timeoutMs === undefined && ownMs === undefined) return false;
    const ms = Math.min(timeoutMs ?? Number.POSITIVE_INFINITY, ownMs ?? Number.POSITIVE_INFINITY);
    this.#deadline = Math.min(this.#init.deadline ?? Number.POSITIVE_INFINITY, Date.now() + ms);
    this.#limit ??= setTimeout(() => this.interrupt(new HandlerTimeout(ms)), ms);
    return true;
  }

  /** Whether the handler was told to end. */
  get interrupted(): boolean {
    return this.#interrupted !== undefined;
  }

  /** Ends the wait for the handler: the innermost that waits gets the error, and the signal aborts. The first call counts. */
  interrupt(error: unknown): void {
    if (this.#interrupted) return;
    this.#interrupted = { error };
    const [innermost] = (this.#waiting ?? []).toSorted((one, other) => other.depth - one.depth);
    if (innermost) innermost.reject(error);
    else this.waiter?.interrupt(error);
    this.abort(error);
    if (innermost) setTimeout(() => this.waiter?.interrupt(error), INTERCEPTORS_MS);
  }

  /** Calls `reject` if the invocation is interrupted before the function that this returns is called. */
  whileWaiting(depth: number, reject: Reject): () => void {
    if (this.#interrupted) reject(this.#interrupted.error);
    this.#waiting ??= [];
    const waiting = this.#waiting;
    const entry = { depth, reject };
    waiting.push(entry);
    return () => {
      const at = waiting.indexOf(entry);
      if (at >= 0) waiting.splice(at, 1);
    };
  }

  getRemainingTimeInMillis(): number {
    return Math.max(0, this.deadline - Date.now());
  }

  get traceId(): string | undefined {
    return this.#init.traceId;
  }

  /** Of the process, without the request id of this invocation. */
  get baseLogger(): Logger {
    return this.#init.logger;
  }

  async invoke(name: string, payload?: unknown, { wait = true }: InvokeOptions = {}): Promise<never> {
    if (!this.siblings) throw undeclared(name);
    return this.siblings(name, payload, wait, this) as Promise<never>;
  }

  metric(name: string, value = 1, options: MetricOptions = {}): void {
    this.#init.metrics?.record(name, value, options, this.requestId);
  }

  /** Of the process. */
  get metrics(): Metrics | undefined {
    return this.#init.metrics;
  }

  get event(): unknown {
    return this.#init.event;
  }

  get lambda(): LambdaDetails | undefined {
    return this.#init.lambda;
  }

  get logger(): Logger {
    this.#logger ??= this.#init.logger.child({ requestId: this.requestId });
    return this.#logger;
  }

  addLogFields(fields: LogFields): void {
    this.#logger = this.logger.child(fields);
  }

  set<T>(key: StateKey<T>, value: T): void {
    this.#state ??= new Map();
    this.#state.set(key, value);
  }

  get<T>(key: StateKey<T>): T | undefined {
    return this.#state?.get(key) as T | undefined;
  }

  require<T>(key: StateKey<T>): T {
    if (this.#state?.has(key)) return this.#state.get(key) as T;
    throw new ConfigError(`context.require: no ${key.name} was set`);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#aborted.reason);
      else this.#startTimer();
    }
    return this.#controller.signal;
  }

  get drainSignal(): AbortSignal {
    this.#draining ??= new AbortController();
    if (this.#drained) this.drain();
    return this.#draining.signal;
  }

  /** Called by the adapter: nobody new can come, and what runs is waited for. */
  drain(): void {
    this.#drained = true;
    this.#draining?.abort(new Error('the server is stopping'));
  }

  #startTimer(): void {
    const left = this.getRemainingTimeInMillis();
    // A deadline beyond that needs no timer.
    if (left > MAX_TIMER_MS || this.#finished) return;
    const expire = () => this.abort(new Error('the deadline of this invocation has passed'));
    if (left > 0) this.#timer = setTimeout(expire, left).unref();
    else expire();
  }

  /** Called by the adapter: deadline passed, client gone, or process stopping. The first call counts. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = { reason };
    clearTimeout(this.#timer);
    this.#controller?.abort(reason);
  }

  /** Called by the adapter when the answer is out: the timer must not outlive the invocation. */
  finish(): void {
    this.#finished = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#limit !== undefined) clearTimeout(this.#limit);
  }
}
