/** One queue as SQS keeps it: visibility, receipt handles, groups of a FIFO queue, a dead-letter queue. */
import { createHash, randomUUID } from 'node:crypto';

export interface QueueSettings {
  /** Seconds. */
  readonly visibilityTimeout?: number;
  /** After so many receipts in vain a message goes to `deadLetters`. */
  readonly maxReceiveCount?: number;
  readonly deadLetters?: StandInQueue;
}

export interface Sent {
  readonly group?: string | undefined;
  readonly attributes?: Readonly<
    Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>
  >;
  readonly system?: Readonly<Record<string, string>>;
}

export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly sent: Sent;
  readonly sentAt: number;
  readonly sequence: number;
  firstReceivedAt: number;
  receiveCount: number;
  receipt: string;
  hiddenUntil: number;
}

/** SQS's limit for how long a message can stay hidden from its receipt on, ms. */
const LONGEST_HIDDEN_MS = 12 * 3600 * 1000;

export class StandInQueue {
  readonly name: string;
  readonly #settings: QueueSettings;
  readonly #hidden = new Map<string, StoredMessage>();
  #waiting: StoredMessage[] = [];
  #head = 0;
  #sequence = 0;
  readonly #wake = new Set<() => void>();
  /** Deletions by a receipt handle that was no longer the last one. */
  staleDeletes = 0;
  /** Messages that were received again because nobody had deleted them in time, or had given them back. */
  redelivered = 0;
  deleted = 0;
  /** How often each was handed out, by its body. */
  readonly receipts = new Map<string, number>();

  constructor(name: string, settings: QueueSettings = {}) {
    this.name = name;
    this.#settings = settings;
  }

  get fifo(): boolean {
    return this.name.endsWith('.fifo');
  }

  get arn(): string {
    return `arn:aws:sqs:us-east-1:000000000000:${this.name}`;
  }

  /** Messages that are not deleted. */
  get size(): number {
    return this.#waiting.length - this.#head + this.#hidden.size;
  }

  get hidden(): number {
    this.#reveal();
    return this.#hidden.size;
  }

  send(body: string, sent: Sent = {}): string {
    const now = Date.now();
    const message = {
      id: randomUUID(),
      body,
      sent,
      sentAt: now,
      sequence: this.#sequence++,
      firstReceivedAt: 0,
      receiveCount: 0,
      receipt: '',
      hiddenUntil: 0,
    };
    this.#waiting.push(message);
    this.#notify();
    return message.id;
  }

  /** All that are not deleted, in no order. */
  peek(): StoredMessage[] {
    return [...this.#waiting.slice(this.#head), ...this.#hidden.values()];
  }

  /** Waits until there is one, or the time is over. */
  async receive(most: number, waitSeconds: number, visibility: number | undefined): Promise<StoredMessage[]> {
    const end = Date.now() + waitSeconds * 1000;
    for (;;) {
      const messages = this.#take(most, visibility ?? this.#settings.visibilityTimeout ?? 30);
      const left = end - Date.now();
      if (messages.length > 0 || left <= 0) return messages;
      await this.#change(Math.min(left, 50));
    }
  }

  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake.add(done);
    });
  }

  #notify(): void {
    for (const wake of [...this.#wake]) wake();
  }

  #take(most: number, visibility: number): StoredMessage[] {
    this.#reveal();
    const now = Date.now();
    const locked = new Set(this.fifo ? [...this.#hidden.values()].map(({ sent }) => sent.group) : []);
    const taken: StoredMessage[] = [];
    const skipped: StoredMessage[] = [];
    while (taken.length < most && this.#head < this.#waiting.length) {
      const message = this.#waiting[this.#head++]!;
      if (this.fifo && locked.has(message.sent.group)) skipped.push(message);
      else if (!this.#isDead(message)) taken.push(message);
    }
    this.#restore(skipped);
    for (const message of taken) {
      if (message.receiveCount++ > 0) this.redelivered++;
      this.receipts.set(message.body, (this.receipts.get(message.body) ?? 0) + 1);
      message.firstReceivedAt ||= now;
      message.receipt = `${message.id}#${message.receiveCount}`;
      message.hiddenUntil = now + visibility * 1000;
      this.#hidden.set(message.id, message);
    }
    return taken;
  }

  #isDead(message: StoredMessage): boolean {
    const { maxReceiveCount, deadLetters } = this.#settings;
    if (deadLetters === undefined || message.receiveCount < (maxReceiveCount ?? 1)) return false;
    deadLetters.send(message.body, message.sent);
    return true;
  }

  #reveal(): void {
    const now = Date.now();
    const shown = [...this.#hidden.values()].filter(({ hiddenUntil }) => hiddenUntil <= now);
    for (const { id } of shown) this.#hidden.delete(id);
    this.#restore(shown);
  }

  /** Before those that wait, in the order in which they were sent. */
  #restore(messages: StoredMessage[]): void {
    if (messages.length === 0) return;
    const rest = this.#waiting.slice(this.#head);
    const all = [...messages, ...rest];
    this.#waiting = this.fifo ? all.sort((one, other) => one.sequence - other.sequence) : all;
    this.#head = 0;
  }

  /** @returns the error code, `undefined` for success */
  delete(receipt: string): string | undefined {
    const [id = ''] = receipt.split('#');
    const message = this.#hidden.get(id) ?? this.#waiting.slice(this.#head).find((each) => each.id === id);
    if (message === undefined) return undefined;
    if (message.receipt !== receipt) {
      this.staleDeletes++;
      return undefined;
    }
    if (!this.#hidden.delete(id)) {
      this.#waiting = this.#waiting.slice(this.#head).filter((each) => each !== message);
      this.#head = 0;
    }
    this.deleted++;
    this.#notify();
    return undefined;
  }

  /** @returns the error code, `undefined` for success */
  hide(receipt: string, seconds: number): string | undefined {
    this.#reveal();
    const message = this.#hidden.get(receipt.split('#')[0] ?? '');
    if (message === undefined || message.receipt !== receipt) return 'MessageNotInflight';
    const until = Date.now() + seconds * 1000;
    if (until - message.firstReceivedAt > LONGEST_HIDDEN_MS) return 'InvalidParameterValue';
    message.hiddenUntil = until;
    if (seconds === 0) this.#reveal();
    this.#notify();
    return undefined;
  }
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
