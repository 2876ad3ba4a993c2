import type { QueueMessage } from '../../core/index.ts';
import { MOST_AT_ONCE, type Queue } from './queue.ts';

/** SQS hides a message for 12 h in all, from its receipt on; less what a call may take. */
const LONGEST_MS = 12 * 3600 * 1000 - 30_000;

/** Told of what happens to messages while they are worked on. */
export interface HeartbeatEvents {
  /** Others may get the message from now on. */
  lost(message: QueueMessage, why: string): void;
  /** The queue could not be reached; the next beat tries again. */
  failed(error: unknown): void;
}

interface Held {
  readonly receivedAt: number;
  /** Until when it stays hidden, as far as is known. */
  hiddenUntil: number;
  readonly onLost: () => void;
}

/** Keeps messages hidden from others while this process works on them: a handler may take hours. */
export class Heartbeat {
  readonly #queue: Queue;
  readonly #visibilityMs: number;
  readonly #events: HeartbeatEvents;
  readonly #held = new Map<QueueMessage, Held>();
  readonly #timer: NodeJS.Timeout;

  constructor(queue: Queue, visibilityTimeout: number, events: HeartbeatEvents) {
    this.#queue = queue;
    this.#visibilityMs = visibilityTimeout * 1000;
    this.#events = events;
    this.#timer = setInterval(() => void this.#beat(), this.#visibilityMs / 3);
  }

  /** @param onLost called at most once, when others may get the message too */
  hold(message: QueueMessage, onLost: () => void): void {
    const receivedAt = performance.now();
    this.#held.set(message, { receivedAt, hiddenUntil: receivedAt + this.#visibilityMs, onLost });
  }

  /** Whether it is still hidden from others, as far as is known. */
  holds(message: QueueMessage): boolean {
    const held = this.#held.get(message);
    return held !== undefined && held.hiddenUntil > performance.now();
  }

  release(message: QueueMessage): void {
    this.#held.delete(message);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    const now = performance.now();
    for (const [message, { hiddenUntil }] of this.#held)
      if (hiddenUntil <= now) this.#lose(message, 'the queue could not be reached in time');
    const bySeconds = new Map<number, QueueMessage[]>();
    for (const [message, { receivedAt }] of this.#held) {
      const left = Math.min(this.#visibilityMs, LONGEST_MS - (now - receivedAt));
      const seconds = Math.floor(left / 1000);
      if (seconds <= 0) this.#lose(message, 'SQS hides a message for 12 hours at most');
      else bySeconds.set(seconds, [...(bySeconds.get(seconds) ?? []), message]);
    }
    const calls = [...bySeconds].flatMap(([seconds, messages]) =>
      chunks(messages).map((chunk) => this.#extend(chunk, seconds)),
    );
    await Promise.all(calls);
  }

  async #extend(messages: readonly QueueMessage[], seconds: number): Promise<void> {
    const asked = performance.now();
    try {
      const refused = new Map(
        (await this.#queue.hide(messages, () => seconds)).map((refusal) => [refusal.message, refusal]),
      );
      for (const message of messages) {
        const refusal = refused.get(message);
        const held = this.#held.get(message);
        if (held === undefined) continue;
        if (refusal === undefined) held.hiddenUntil = asked + seconds * 1000;
        else if (refusal.final) this.#lose(message, refusal.code);
      }
    } catch (error) {
      this.#events.failed(error);
    }
  }

  #lose(message: QueueMessage, why: string): void {
    const held = this.#held.get(message);
    if (held === undefined) return;
    this.#held.delete(message);
    this.#events.lost(message, why);
    held.onLost();
  }
}

export function chunks<T>(items: readonly T[], size: number = MOST_AT_ONCE): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
