import type { LifecycleEntry, LifecycleOptions } from './hooks.ts';
import type { HookRunner } from './run-hooks.deferred.ts';

/** The hooks of one service in one process. What runs them is loaded where there are any. */
export class Lifecycle {
  readonly #entries: readonly LifecycleEntry[];
  #runner: Promise<HookRunner> | undefined;

  constructor(entries: readonly LifecycleEntry[]) {
    this.#entries = entries;
  }

  /** Whether there is any hook. */
  get used(): boolean {
    return this.#entries.length > 0;
  }

  /**
   * Awaits the hooks of `onStart` in order, unless they have run already. What they had started is stopped again when one
   * fails.
   * @throws StartError naming the hook
   */
  async start(options: LifecycleOptions): Promise<void> {
    if (!this.used) return;
    this.#runner ??= this.#load();
    await (await this.#runner).start(options);
  }

  /**
   * Runs the hooks of `onStop` in reverse order, once the last that called `start` calls it. An error is logged, the rest
   * runs all the same.
   * @param limitMs how long all of them together may take; default five seconds
   * @returns whether all of them ended well and in time
   */
  async stop(options: LifecycleOptions, limitMs?: number): Promise<boolean> {
    return this.#runner === undefined || (await this.#runner).stop(options, limitMs);
  }

  async #load(): Promise<HookRunner> {
    const { HookRunner } = await import('./run-hooks.deferred.ts');
    return new HookRunner(this.#entries);
  }
}
