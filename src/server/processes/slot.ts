import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../core/index.ts';
import type { Child, End } from './child.ts';

/** Pauses before an ended process comes back, ms: doubled from the first to the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** Who has run for so long begins with the first pause again. */
const STEADY_MS = 60_000;
/** For so long a new process may take until it is ready in a rolling restart. */
const READY_MS = 120_000;

export interface SlotOptions {
  readonly logger: Logger;
  readonly stopMs: number;
  /** @throws where no process can be started at all */
  readonly fork: (number: number) => Child;
}

/** The place of one process: who ends in it is replaced. */
export class Slot {
  readonly number: number;
  readonly #options: SlotOptions;
  /** Those that have not ended: two of them during a replacement. */
  readonly #alive = new Set<Child>();
  readonly #closing = new AbortController();
  #child!: Child;
  #started = false;
  #pauseMs = FIRST_PAUSE_MS;
  #clean = true;

  constructor(number: number, options: SlotOptions) {
    this.number = number;
    this.#options = options;
  }

  get child(): Child {
    return this.#child;
  }

  /** The first start. @returns whether it serves; once it does, whoever ends here comes back */
  async start(): Promise<boolean> {
    this.#child = this.#fork();
    this.#started = await this.#child.listens;
    return this.#started;
  }

  /** @returns whether a new process serves in the place of the old one */
  async replace(): Promise<boolean> {
    const next = this.#fork();
    const late = new AbortController();
    const ready = await Promise.race([
      next.ready,
      sleep(READY_MS, false, { signal: late.signal }).catch(() => false),
    ]);
    late.abort();
    if (!ready || this.#closing.signal.aborted) {
      await this.#end(next);
      return false;
    }
    const old = this.#child;
    this.#child = next;
    await this.#end(old);
    return true;
  }

  /** @returns whether each ended well */
  async close(): Promise<boolean> {
    this.#closing.abort();
    await Promise.all([...this.#alive].map((child) => this.#end(child)));
    return this.#clean;
  }

  force(): void {
    for (const child of this.#alive) child.stop(true);
  }

  #fork(): Child {
    const child = this.#options.fork(this.number);
    const begun = performance.now();
    this.#alive.add(child);
    void child.ended.then((end) => {
      this.#alive.delete(child);
      if (child === this.#child && !child.stopping) void this.#revive(child, end, performance.now() - begun);
    });
    return child;
  }

  async #revive(dead: Child, { code, signal, error }: End, livedMs: number): Promise<void> {
    if (!this.#started || this.#closing.signal.aborted) return;
    if (livedMs >= STEADY_MS) this.#pauseMs = FIRST_PAUSE_MS;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    const ended = { process: this.number, pid: dead.pid, code, signal, error, pauseMs };
    this.#options.logger.error('a process ended, another is started', ended);
    await sleep(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => {});
    // A rolling restart may have filled the place.
    if (this.#closing.signal.aborted || this.#child !== dead) return;
    try {
      this.#child = this.#fork();
    } catch (failed) {
      void this.#revive(dead, { code: null, signal: null, error: failed as Error }, 0);
    }
  }

  /** Tells it to end, and sees to it. */
  async #end(child: Child): Promise<void> {
    if (!this.#alive.has(child)) return;
    const served = child.listening !== undefined;
    child.stop(false);
    const late = setTimeout(() => {
      const stuck = { process: this.number, pid: child.pid };
      this.#options.logger.error('a process did not end in time and is killed', stuck);
      child.kill();
    }, this.#options.stopMs);
    const { code } = await child.ended;
    clearTimeout(late);
    // One that has not listened has nothing to drain.
    if (served && code !== 0) this.#clean = false;
  }
}
