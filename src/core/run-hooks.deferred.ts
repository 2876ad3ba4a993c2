import { StartError } from './errors.ts';
import type { LifecycleEntry, LifecycleOptions } from './hooks.ts';
import type { Logger } from './logger.ts';
import type { Awaitable } from './types.ts';

/** How long all hooks of `onStop` together may take, ms: supervisord's SIGKILL follows the drain by ten seconds. */
const STOP_MS = 5_000;

/** Several servers, or `registry.fetch` beside them, share what was started: the first starts it, the last stops it. */
export class HookRunner {
  readonly #entries: readonly LifecycleEntry[];
  #users = 0;
  #started: Promise<void> | undefined;
  /** What runs after it must not meet hooks of `onStop` that are still under way. */
  #stopped: Promise<unknown> = Promise.resolve();
  /** How many entries stand before the first `onStart` that has not succeeded. */
  #reached = 0;

  constructor(entries: readonly LifecycleEntry[]) {
    this.#entries = entries;
  }

  /**
   * Awaits the hooks of `onStart` in order. What they had started is stopped again when one fails.
   * @throws StartError naming the hook
   */
  async start({ logger, signal }: LifecycleOptions): Promise<void> {
    this.#users += 1;
    const started = this.#started ?? this.#stopped.then(() => this.#start(logger, signal));
    this.#started = started;
    try {
      await started;
    } catch (error) {
      this.#users -= 1;
      if (this.#started === started) this.#started = undefined;
      throw error;
    }
  }

  /**
   * Runs the hooks of `onStop` in reverse order, once the last that called `start` calls it. An error is logged, the rest
   * runs all the same.
   * @returns whether all of them ended well and in time
   */
  async stop({ logger, signal }: LifecycleOptions, limitMs = STOP_MS): Promise<boolean> {
    if (this.#users === 0) return true;
    this.#users -= 1;
    if (this.#users > 0) return true;
    this.#started = undefined;
    const stopped = this.#stop(logger, signal, limitMs);
    this.#stopped = stopped;
    return stopped;
  }

  async #start(logger: Logger, signal: AbortSignal | undefined): Promise<void> {
    this.#reached = 0;
    try {
      for (const { kind, hook, name } of this.#entries) {
        signal?.throwIfAborted();
        if (kind === 'onStart') await untilAborted(name, hook({ logger, ...(signal && { signal }) }), signal);
        this.#reached += 1;
      }
    } catch (error) {
      const failed = this.#entries[this.#reached]!.name;
      await this.#stop(logger, undefined, STOP_MS);
      throw error instanceof StartError ? error : startError(`${failed}: ${messageOf(error)}`, error);
    }
  }

  async #stop(logger: Logger, force: AbortSignal | undefined, limitMs: number): Promise<boolean> {
    const hooks = this.#entries.slice(0, this.#reached).filter(({ kind }) => kind === 'onStop');
    this.#reached = 0;
    if (hooks.length === 0) return true;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error(`not within ${limitMs} ms`)), limitMs);
    const signal = force ? AbortSignal.any([force, late.signal]) : late.signal;
    let clean = true;
    for (const { hook, name } of hooks.toReversed()) {
      try {
        await untilAborted(name, hook({ logger, signal }), signal);
      } catch (error) {
        clean = false;
        logger.error(`${name} failed`, { error });
      }
    }
    clearTimeout(timer);
    return clean;
  }
}

/** @throws StartError when the signal aborts before the work has ended */
async function untilAborted(
  name: string,
  work: Awaitable<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal === undefined) {
    await work;
    return;
  }
  const aborted = Promise.withResolvers<never>();
  const abort = () =>
    aborted.reject(startError(`${name}: has not ended: ${messageOf(signal.reason)}`, signal.reason));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Its stack is that of the cause: there the service's own code is. */
function startError(message: string, cause: unknown): StartError {
  const error = new StartError(message, { cause });
  const { stack } = (cause ?? {}) as { stack?: unknown };
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  if (frames.length > 0) error.stack = [`StartError: ${message}`, ...frames].join('\n');
  return error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
