import type { Logger } from './logger.ts';
import type { InvocationContext, LambdaDetails } from './types.ts';

export interface ContextInit {
  readonly requestId: string | (() => string);
  readonly functionName: string;
  /** Epoch milliseconds; default `Infinity`. */
  readonly deadline?: number;
  readonly traceId?: string | undefined;
  readonly logger: Logger;
  readonly event?: unknown;
  readonly lambda?: LambdaDetails;
}

/** setTimeout's limit; a later deadline needs no timer here. */
const MAX_TIMER_MS = 2 ** 31 - 1;

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
  #finished = false;

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
    return this.#init.deadline ?? Number.POSITIVE_INFINITY;
  }

  getRemainingTimeInMillis(): number {
    return Math.max(0, this.deadline - Date.now());
  }

  get traceId(): string | undefined {
    return this.#init.traceId;
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

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#aborted.reason);
      else this.#startTimer();
    }
    return this.#controller.signal;
  }

  #startTimer(): void {
    const left = this.getRemainingTimeInMillis();
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
    clearTimeout(this.#timer);
  }
}
