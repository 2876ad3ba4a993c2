import type { Logger } from '../../core/index.ts';
import type { Stoppable } from '../signals.ts';
import { Child } from './child.ts';
import { Counts } from './counts.ts';
import type { Fork } from './fork.ts';
import type { ProcessesOptions } from './options.ts';
import { Slot } from './slot.ts';

/** The processes that share a port. */
export class Processes implements Stoppable {
  readonly #logger: Logger;
  readonly #slots: readonly Slot[];
  readonly #alive = new Set<Child>();
  readonly #counts: Counts;
  readonly #fork: Fork;
  #port: number | undefined;
  #started = false;
  #closed: Promise<boolean> | undefined;
  #restarting = false;
  #again = false;

  /** @param fork starts a process of a number */
  constructor(options: ProcessesOptions, fork: Fork) {
    const { logger, processes, stopMs, fold } = options;
    this.#logger = logger;
    this.#fork = fork;
    this.#counts = new Counts(this.#alive, fold);
    const slot = { logger, stopMs, fork: (number: number) => this.#child(number) };
    this.#slots = Array.from({ length: processes }, (_, index) => new Slot(index + 1, slot));
  }

  /** @returns whether all serve; `true` as well when a signal came before */
  async start(): Promise<boolean> {
    const started = await Promise.all(this.#slots.map((slot) => slot.start()));
    if (this.#closed) return true;
    if (started.includes(false)) {
      // What was wrong it has told itself.
      await this.close();
      return false;
    }
    this.#logger.info('listening', { ...this.#slots[0]!.child.listening, processes: this.#slots.length });
    this.#started = true;
    if (this.#again) this.restart();
    return true;
  }

  /** Replaces one after the other, once more when it is asked for meanwhile. */
  restart(): void {
    this.#again = this.#restarting || !this.#started;
    if (this.#again || this.#closed) return;
    this.#restarting = true;
    void this.#restart().finally(() => {
      this.#restarting = false;
      if (this.#again) this.restart();
    });
  }

  close(): Promise<boolean> {
    this.#closed ??= Promise.all(this.#slots.map((slot) => slot.close())).then(
      (clean) => !clean.includes(false),
    );
    return this.#closed;
  }

  force(): void {
    for (const slot of this.#slots) slot.force();
  }

  async #restart(): Promise<void> {
    const processes = this.#slots.length;
    this.#logger.info('restarting', { processes });
    for (const slot of this.#slots) {
      const replaced = await slot
        .replace()
        .catch((error) => void this.#logger.error('no process starts', { error }));
      if (this.#closed) return;
      if (replaced) continue;
      const given = { process: slot.number };
      this.#logger.error(
        'the restart is given up: the new process is not ready, the old ones serve on',
        given,
      );
      return;
    }
    this.#logger.info('restarted', { processes });
  }

  #child(number: number): Child {
    // A free port that was taken must stay the same when all have ended; before, the cluster knows it by what was asked for.
    const worker = this.#fork({ number, port: this.#alive.size === 0 ? this.#port : undefined });
    const child = new Child(number, worker, {
      listens: (port) => {
        this.#port ??= port;
      },
      metrics: (id) => void this.#counts.tell(child, id).catch((error) => this.#untold(error)),
    });
    this.#alive.add(child);
    void child.ended.then(() => {
      this.#alive.delete(child);
      this.#counts.keep(child);
    });
    return child;
  }

  #untold(error: unknown): void {
    this.#logger.error('the metrics of ended processes could not be added up', { error });
  }
}
