import type { Logger } from '../core/index.ts';

export interface Stoppable {
  /** @param limitMs how long what runs may take to end */
  close(limitMs?: number): Promise<boolean>;
  force(): void;
}

/** The signals of a server's process, from before it listens to its end. */
export class Signals {
  readonly #logger: Logger;
  readonly #handlers = new Map<NodeJS.Signals, () => void>();
  #reload: (() => void) | undefined;
  #drain: Stoppable | undefined;
  #stopping = false;
  #stray = false;
  #releaseStray = () => {};
  readonly #stopped = Promise.withResolvers<boolean>();
  readonly #starting = new AbortController();

  /** @param parent says when this process ends, where it has one */
  constructor(logger: Logger, parent?: { onStop(stop: (atOnce: boolean) => void): void }) {
    this.#logger = logger;
    if (parent) this.#obey(parent);
    else this.#decide();
    // Without a listener of its own, Node.js would open its debugger, to whoever is on this machine.
    this.#on('SIGUSR1', () => logger.warn('SIGUSR1 opens no debugger here'));
  }

  #decide(): void {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)
      this.#on(signal, () => this.#stop(signal));
    this.#on('SIGHUP', () => (this.#reload ? this.#reload() : this.#stop('SIGHUP')));
  }

  /** What a terminal sends, it sends to the parent too: a second time for the same is not to end it at once. */
  #obey(parent: { onStop(stop: (atOnce: boolean) => void): void }): void {
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGHUP'] as const) this.#on(signal, () => {});
    this.#on('SIGTERM', () => this.#stopping || this.#stop('SIGTERM'));
    parent.onStop((atOnce) => {
      if (atOnce || !this.#stopping) this.#stop('SIGTERM');
    });
  }

  /** Aborts when the process is asked to stop while it starts. */
  get starting(): AbortSignal {
    return this.#starting.signal;
  }

  /** What SIGHUP does instead of stopping. */
  onReload(reload: (() => void) | undefined): void {
    this.#reload = reload;
  }

  /** @returns whether the drain, which a signal begins, was clean */
  untilStopped(drain: Stoppable): Promise<boolean> {
    this.#drain = drain;
    if (this.#stopping) this.#begin(drain);
    return this.#stopped.promise;
  }

  /**
   * Nobody knows what state an error left that nobody caught: it is told as one line, what is under way ends, and the
   * process with status 1. Whoever starts it again (supervisord, Lambda) does so by that.
   */
  onStrayError(close: () => Promise<boolean>): void {
    const handler = (error: unknown, origin: string) => {
      this.#logger.fatal(origin, { error });
      if (this.#stray) return;
      this.#stray = true;
      close().then(() => this.#stopped.resolve(false), this.#stopped.reject);
    };
    process.on('uncaughtException', handler);
    this.#releaseStray = () => void process.off('uncaughtException', handler);
  }

  release(): void {
    this.#releaseStray();
    for (const [signal, handler] of this.#handlers) process.off(signal, handler);
  }

  #on(signal: NodeJS.Signals, handler: () => void): void {
    this.#handlers.set(signal, handler);
    process.on(signal, handler);
  }

  #stop(signal: NodeJS.Signals): void {
    this.#logger.info(this.#stopping ? 'stopping at once' : 'stopping', { signal });
    if (this.#stopping) {
      this.#drain?.force();
      return;
    }
    this.#stopping = true;
    if (this.#drain) this.#begin(this.#drain);
    else this.#starting.abort(new Error(`${signal} while the process started`));
  }

  #begin(drain: Stoppable): void {
    drain.close().then((clean) => this.#stopped.resolve(clean && !this.#stray), this.#stopped.reject);
  }
}
