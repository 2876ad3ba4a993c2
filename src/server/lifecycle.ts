import { type Logger, MAX_TIMER_MS, type Service, StartError } from '../core/index.ts';
import type { Stoppable } from './signals.ts';

/** A server or worker whose end is also that of what `onStart` has started. */
export class WithLifecycle implements Stoppable {
  readonly #service: Service;
  readonly #logger: Logger;
  readonly #drain: Stoppable;
  readonly #force = new AbortController();
  #closed: Promise<boolean> | undefined;

  constructor(service: Service, logger: Logger, drain: Stoppable) {
    this.#service = service;
    this.#logger = logger;
    this.#drain = drain;
  }

  /** @returns whether the drain and all hooks of `onStop` ended well; the same promise at every call */
  close(limitMs?: number): Promise<boolean> {
    this.#closed ??= this.#close(limitMs);
    return this.#closed;
  }

  force(): void {
    this.#drain.force();
    this.#force.abort(new Error('stopping at once'));
  }

  async #close(limitMs: number | undefined): Promise<boolean> {
    const clean = await this.#drain.close(limitMs);
    const { signal } = this.#force;
    return (await this.#service.lifecycle.stop({ logger: this.#logger, signal })) && clean;
  }
}

/** Runs what needs the hooks of `onStart`, and those of `onStop` where it fails. */
export async function startedWith<T>(
  service: Service,
  logger: Logger,
  signal: AbortSignal | undefined,
  begin: () => Promise<T>,
): Promise<T> {
  // A hook that waits for nothing that Node.js knows would let the process end without a word.
  const alive = setInterval(() => {}, MAX_TIMER_MS);
  try {
    await service.lifecycle.start({ logger, signal });
  } finally {
    clearInterval(alive);
  }
  try {
    return await begin();
  } catch (error) {
    await service.lifecycle.stop({ logger });
    throw error;
  }
}

/** Whether a start failed because a signal ended it, which is no failure. */
export function endedBySignal(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && error instanceof StartError;
}
