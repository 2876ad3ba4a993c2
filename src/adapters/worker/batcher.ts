import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueMessage } from '../../core/index.ts';
import { MOST_AT_ONCE, type Refusal } from './queue.ts';

/** How long the first of a batch waits for others, ms. */
const LINGER_MS = 5;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export interface BatcherInit {
  /** One call for up to ten messages. */
  readonly send: (messages: readonly QueueMessage[]) => Promise<Refusal[]>;
  /** Whether trying again can be of any use: after its lease, a message is another's. */
  readonly worthRetrying: (message: QueueMessage) => boolean;
  readonly failed: (error: unknown) => void;
}

interface Waiting {
  readonly message: QueueMessage;
  readonly resolve: (done: boolean) => void;
}

/** Gathers single changes of messages into calls of ten, and repeats what fails. */
export class Batcher {
  readonly #init: BatcherInit;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(init: BatcherInit) {
    this.#init = init;
  }

  /** Resolves to whether SQS has taken the change; never rejects. */
  add(message: QueueMessage): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.push({ message, resolve });
      if (this.#waiting.length >= MOST_AT_ONCE) this.#flush();
      else this.#timer ??= setTimeout(() => this.#flush(), LINGER_MS);
    });
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length > 0) void this.#send(batch);
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    let rest = batch;
    for (let pause = FIRST_PAUSE_MS; rest.length > 0; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      rest = await this.#attempt(rest);
      for (const { message, resolve } of rest) if (!this.#init.worthRetrying(message)) resolve(false);
      rest = rest.filter(({ message }) => this.#init.worthRetrying(message));
      if (rest.length > 0) await sleep(pause);
    }
  }

  /** @returns what should be tried again */
  async #attempt(batch: readonly Waiting[]): Promise<Waiting[]> {
    let refused: Map<QueueMessage, Refusal>;
    try {
      const refusals = await this.#init.send(batch.map(({ message }) => message));
      refused = new Map(refusals.map((refusal) => [refusal.message, refusal]));
    } catch (error) {
      this.#init.failed(error);
      return [...batch];
    }
    return batch.filter(({ message, resolve }) => {
      const refusal = refused.get(message);
      if (refusal && !refusal.final) return true;
      resolve(refusal === undefined);
      return false;
    });
  }
}
