import type { Logger, ProbeEntry, Service } from '../core/index.ts';

/** A probe that takes longer fails, ms. */
const PROBE_MS = 1_000;
/** For so long the same answer is given, ms: health checks of many must not become the load. */
const CACHE_MS = 1_000;

/** What the service's own probes say, asked at most once a second. */
export class Readiness {
  readonly #probes: readonly ProbeEntry[];
  readonly #logger: Logger;
  /** Failing now, so that only a change is logged. */
  readonly #failing = new Set<string>();
  #answer: Promise<readonly string[]> | undefined;
  #until = 0;

  constructor({ probes }: Service, logger: Logger) {
    this.#probes = probes;
    this.#logger = logger;
  }

  /** `ready`, or `not ready: ` and the names of the probes that fail. A service without probes is told at once. */
  status(): string | Promise<string> {
    if (this.#probes.length === 0) return 'ready';
    if (this.#answer === undefined || performance.now() >= this.#until) this.#answer = this.#ask();
    return this.#answer.then((names) => (names.length === 0 ? 'ready' : `not ready: ${names.join(', ')}`));
  }

  async #ask(): Promise<readonly string[]> {
    // Whoever asks while the probes run gets their answer.
    this.#until = Number.POSITIVE_INFINITY;
    const passed = await Promise.all(this.#probes.map((entry) => this.#passes(entry)));
    this.#until = performance.now() + CACHE_MS;
    return this.#probes.filter((_, index) => !passed[index]).map(({ name }) => name);
  }

  async #passes({ name, probe }: ProbeEntry): Promise<boolean> {
    const late = new AbortController();
    const overdue = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const error = new Error(`it took over ${PROBE_MS} ms`);
      overdue.reject(error);
      late.abort(error);
    }, PROBE_MS);
    try {
      const tools = { logger: this.#logger, signal: late.signal };
      const result = await Promise.race([(async () => probe(tools))(), overdue.promise]);
      if (result === false) throw new Error('it returned false');
      this.#passed(name);
      return true;
    } catch (error) {
      this.#failed(name, error);
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  #passed(name: string): void {
    if (this.#failing.delete(name)) this.#logger.info('readiness probe passes again', { probe: name });
  }

  #failed(name: string, error: unknown): void {
    if (this.#failing.has(name)) return;
    this.#failing.add(name);
    this.#logger.warn('readiness probe fails', { probe: name, error });
  }
}
