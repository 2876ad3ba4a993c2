import type { QueueMessage } from '../../core/index.ts';
import { MOST_AT_ONCE } from './queue.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;
/** How long less than a batch of free slots waits for more: many calls for one message each are slow. */
const LINGER_MS = 5;

export interface PollsInit {
  /** @param wait whether the call may wait for messages */
  readonly receive: (most: number, wait: boolean) => Promise<QueueMessage[]>;
  /** Messages that may be worked on at the same time. */
  readonly concurrency: number;
  /** The most messages of one call, where they are fewer than SQS gives. */
  readonly batchSize: number | undefined;
  readonly received: (messages: readonly QueueMessage[]) => void;
  /** @param pauseMs how long the queue is left alone now */
  readonly failed: (error: unknown, pauseMs: number) => void;
}

/**
 * Asks a queue for as many messages as there are free slots. One call waits while the queue is empty; as long as every
 * call comes back full, as many as there is room for go side by side.
 */
export class Polls {
  /** Set by `stop`. */
  stopping = false;
  /** Whether the last call has succeeded. */
  healthy = false;
  readonly #init: PollsInit;
  readonly #batch: number;
  readonly #most: number;
  readonly #stopped = Promise.withResolvers<void>();
  #free: number;
  #calls = 0;
  #full = false;
  #errors = 0;
  #pause: NodeJS.Timeout | undefined;
  #linger: NodeJS.Timeout | undefined;

  constructor(init: PollsInit) {
    const { concurrency, batchSize = MOST_AT_ONCE } = init;
    this.#init = init;
    this.#batch = Math.min(MOST_AT_ONCE, batchSize, concurrency);
    this.#most = Math.ceil(concurrency / this.#batch);
    this.#free = concurrency;
  }

  start(): void {
    this.#fill();
  }

  /** Resolves when nothing more can come: a call that was broken off would lose what is on its way for a while. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.#pause);
    clearTimeout(this.#linger);
    if (this.#calls > 0) await this.#stopped.promise;
  }

  /** So many messages are not worked on any more. */
  done(messages: number): void {
    this.#free += messages;
    this.#fill();
  }

  #fill(): void {
    while (this.#mayAsk() && this.#free >= this.#batch) void this.#ask();
    if (this.#mayAsk() && this.#free > 0) this.#linger ??= setTimeout(() => this.#askForFew(), LINGER_MS);
  }

  #askForFew(): void {
    this.#linger = undefined;
    if (this.#mayAsk() && this.#free > 0) void this.#ask();
  }

  #mayAsk(): boolean {
    return !this.stopping && this.#pause === undefined && this.#calls < (this.#full ? this.#most : 1);
  }

  async #ask(): Promise<void> {
    const most = Math.min(this.#free, this.#batch);
    this.#free -= most;
    this.#calls++;
    const messages = await this.#receive(most);
    this.#calls--;
    this.#free += most - messages.length;
    this.#full = messages.length === most;
    this.#init.received(messages);
    if (this.stopping && this.#calls === 0) this.#stopped.resolve();
    this.#fill();
  }

  async #receive(most: number): Promise<QueueMessage[]> {
    try {
      // The first call, or the first after an error, tells at once whether the queue is there.
      const messages = await this.#init.receive(most, this.healthy);
      this.healthy = true;
      this.#errors = 0;
      return messages;
    } catch (error) {
      this.healthy = false;
      const longest = Math.min(FIRST_PAUSE_MS * 2 ** this.#errors++, LONGEST_PAUSE_MS);
      // Many workers must not come back all at once.
      const pauseMs = Math.round(longest * (0.5 + Math.random() / 2));
      this.#init.failed(error, pauseMs);
      clearTimeout(this.#pause);
      this.#pause = setTimeout(() => this.#resume(), pauseMs);
      return [];
    }
  }

  #resume(): void {
    this.#pause = undefined;
    this.#fill();
  }
}
