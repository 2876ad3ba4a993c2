import { AsyncLocalStorage } from 'node:async_hooks';
import type { Invocation } from './invocation.ts';

/**
 * The invocations under way. Each handler runs in an async context of its own, so what a forgotten
 * promise logs later still carries its own request id (0.3 ms once, after the first poll is out).
 */
export class InFlight {
  readonly #open = new Set<Invocation>();
  readonly #waiting: (() => void)[] = [];
  #storage: AsyncLocalStorage<Invocation> | undefined;

  /** Creates the async context; `run` does it otherwise. */
  prepare(): AsyncLocalStorage<Invocation> {
    this.#storage ??= new AsyncLocalStorage();
    return this.#storage;
  }

  /** The invocation whose code is running, be it answered already. */
  get current(): Invocation | undefined {
    return this.#storage?.getStore();
  }

  get size(): number {
    return this.#open.size;
  }

  [Symbol.iterator](): IterableIterator<Invocation> {
    return this.#open[Symbol.iterator]();
  }

  run<T>(invocation: Invocation, work: () => T): T {
    return this.prepare().run(invocation, work);
  }

  add(invocation: Invocation): void {
    this.#open.add(invocation);
  }

  remove(invocation: Invocation): void {
    this.#open.delete(invocation);
    if (this.#open.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when nothing is under way, or after `ms`. */
  idle(ms: number): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      setTimeout(resolve, ms);
    });
  }
}
