import { setTimeout as sleep } from 'node:timers/promises';
import { tooMany } from '../../../aws/invoke-api.ts';
import { EmulatedInvocation, type InvocationInit } from '../environment/invocation.ts';
import type { Pool } from '../environment/pool.ts';
import type { EmulatorOptions } from '../options.ts';

/** `Event` invocations that may be under way; Lambda's own queue has no limit that one would meet. */
const MOST_EVENTS = 1000;

/** Runs `Event` invocations: accepted at once, and run again, with the same request id, when they fail. */
export class AsyncQueue {
  readonly #options: EmulatorOptions;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #abort = new AbortController();

  constructor(options: EmulatorOptions) {
    this.#options = options;
  }

  /** @throws InvokeApiError 429 when too many are under way */
  accept(pool: Pool, init: InvocationInit): EmulatedInvocation {
    if (this.#underWay.size >= MOST_EVENTS) throw tooMany('ConcurrentInvocationLimitExceeded');
    const first = new EmulatedInvocation(init);
    pool.submit(first, true);
    const { requestId } = first;
    const run = this.#run(pool, first).catch((error: Error) => this.#lost(first, error));
    this.#underWay.set(requestId, run);
    void run.finally(() => this.#underWay.delete(requestId));
    return first;
  }

  /** No more retries. */
  stop(): void {
    this.#abort.abort(new Error('The emulator is stopping.'));
  }

  /** Resolves when none is under way; each that has not succeeded is in the log. */
  async ended(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async #run(pool: Pool, first: EmulatedInvocation): Promise<void> {
    const { retries, retryDelayMs, logger } = this.#options;
    let outcome = await first.outcome;
    for (let retry = 1; outcome.failed && retry <= retries; retry += 1) {
      const fields = { requestId: first.requestId, function: first.init.functionName, retry, retries };
      logger.warn('Event invocation failed, it will be run again', fields);
      await sleep(retryDelayMs * 2 ** (retry - 1), undefined, { signal: this.#abort.signal });
      const again = new EmulatedInvocation({ ...first.init, requestId: first.requestId });
      pool.submit(again, true);
      outcome = await again.outcome;
    }
    if (outcome.failed) this.#lost(first, new Error(outcome.payload.toString().slice(0, 1024)));
  }

  #lost({ requestId, init }: EmulatedInvocation, error: Error): void {
    const { message } = error.cause instanceof Error ? error.cause : error;
    const fields = { requestId, function: init.functionName, reason: message };
    this.#options.logger.error('Event invocation given up', fields);
  }
}
