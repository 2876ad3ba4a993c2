import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { failedIds } from '../../aws/batch-result.ts';
import { collectResult } from '../../aws/function-result.ts';
import {
  Context,
  frameworkError,
  type Logger,
  type Metrics,
  type QueueDelivery,
  type QueueMessage,
} from '../../core/index.ts';
import { Batcher } from './batcher.ts';
import { type Counts, noCounts } from './counts.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Invokable } from './options.ts';
import { Polls } from './polls.ts';
import type { Queue } from './queue.ts';
import { type Unit, unitsOf } from './units.ts';

/** After the abort: time for handlers to end by themselves. */
const GRACE_MS = 1_000;

/** The longest pause before the next try, seconds. */
const LONGEST_RETRY_S = 900;

export interface ConsumerInit {
  /** Name of the handler. */
  readonly name: string;
  readonly invokable: Invokable;
  readonly queue: Queue;
  readonly queueArn: string;
  readonly fifo: boolean;
  readonly delivery: QueueDelivery;
  readonly concurrency: number;
  /** Seconds. */
  readonly visibilityTimeout: number;
  /** Seconds. */
  readonly retryDelay: number;
  readonly timeoutMs: number | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics | undefined;
}

interface Running {
  readonly unit: Unit;
  readonly context: Context;
}

/** Works off the queue of one handler. */
export class Consumer {
  readonly counts: Counts = noCounts();
  readonly #init: ConsumerInit;
  readonly #polls: Polls;
  readonly #heartbeat: Heartbeat;
  readonly #deletions: Batcher;
  readonly #returns: Batcher;
  readonly #running = new Set<Running>();
  readonly #work = new Set<Promise<void>>();
  #forced = false;

  constructor(init: ConsumerInit) {
    const { queue, visibilityTimeout, concurrency, delivery, fifo } = init;
    this.#init = init;
    this.#heartbeat = new Heartbeat(queue, visibilityTimeout, {
      lost: (message, why) => this.#lost(message, why),
      failed: (error) => this.#queueError('messages could not be kept hidden', error),
    });
    const worthRetrying = (message: QueueMessage) => !this.#forced && this.#heartbeat.holds(message);
    this.#deletions = new Batcher({
      send: (messages) => queue.delete(messages),
      worthRetrying,
      failed: (error) => this.#queueError('messages could not be deleted', error),
    });
    this.#returns = new Batcher({
      send: (messages) => queue.hide(messages, (message) => this.#returnDelay(message)),
      worthRetrying,
      failed: (error) => this.#queueError('messages could not be given back', error),
    });
    this.#polls = new Polls({
      receive: (most, wait) => queue.receive(most, wait),
      concurrency,
      // Of a FIFO queue all that came together goes to one call of a handler of whole batches.
      batchSize: fifo && delivery.batchSize > 1 ? delivery.batchSize : undefined,
      received: (messages) => this.#received(messages),
      failed: (error, pauseMs) => this.#queueError('messages could not be received', error, { pauseMs }),
    });
  }

  /** Whether the last call of the queue has succeeded. */
  get ready(): boolean {
    return this.#polls.healthy;
  }

  start(): void {
    this.#polls.start();
  }

  /** Takes no more messages; resolves when those that are being worked on are done. */
  async stop(): Promise<void> {
    await this.#polls.stop();
    while (this.#work.size > 0) await Promise.all(this.#work);
    this.#heartbeat.stop();
  }

  /** Aborts what runs, and gives back at once what does not end by itself. */
  async cutOff(): Promise<void> {
    const reason = frameworkError('SHUTTING_DOWN', 'The worker is stopping.');
    for (const { context } of this.#running) context.abort(reason);
    await Promise.race([this.stop(), sleep(GRACE_MS)]);
    const rest = [...this.#running];
    this.#running.clear();
    for (const { unit } of rest) this.counts.failed += unit.length;
    await Promise.race([
      Promise.all(rest.flatMap(({ unit }) => unit.map((message) => this.#giveBack(message)))),
      sleep(GRACE_MS),
    ]);
    this.#forced = true;
    this.#heartbeat.stop();
  }

  #received(messages: readonly QueueMessage[]): void {
    this.counts.received += messages.length;
    if (this.#polls.stopping) {
      for (const message of messages) this.#track(this.#returned(message));
      return;
    }
    for (const unit of unitsOf(messages, this.#init.delivery, this.#init.fifo)) this.#track(this.#run(unit));
  }

  async #returned(message: QueueMessage): Promise<void> {
    this.#heartbeat.hold(message, () => {});
    await this.#giveBack(message);
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  async #run(unit: Unit): Promise<void> {
    const { event, problem } = this.#eventOf(unit);
    const context = this.#contextOf(unit, event);
    const running = { unit, context };
    this.#running.add(running);
    this.counts.running += unit.length;
    for (const message of unit)
      this.#heartbeat.hold(message, () =>
        context.abort(new Error('the message is no longer hidden from others')),
      );
    const failed = await this.#failuresOf(unit, context, problem);
    context.finish();
    this.counts.running -= unit.length;
    this.#polls.done(unit.length);
    // Else the drain has given it back already.
    if (this.#running.delete(running)) await this.#settle(unit, failed);
  }

  #eventOf(unit: Unit): { event?: unknown; problem?: unknown } {
    try {
      return { event: this.#init.delivery.toEvent(unit, this.#init.queueArn) };
    } catch (problem) {
      return { problem };
    }
  }

  #contextOf(unit: Unit, event: unknown): Context {
    const { name, timeoutMs, logger, metrics } = this.#init;
    const [{ id, attributes }] = unit;
    // A batch has no id of its own.
    const requestId = unit.length === 1 ? id : randomUUID();
    const traceId = attributes.AWSTraceHeader;
    return new Context({ requestId, functionName: name, timeoutMs, traceId, logger, metrics, event });
  }

  /** Ids of the messages that were not worked off, by the rules of Lambda. */
  async #failuresOf(unit: Unit, context: Context, problem: unknown): Promise<ReadonlySet<string>> {
    const ids = unit.map(({ id }) => id);
    try {
      if (problem !== undefined) throw problem;
      const result = await this.#init.invokable(context.event, context);
      await collectResult(result);
      return this.#init.delivery.reportsFailures ? failedIds(result, ids) : new Set();
    } catch (error) {
      context.logger.error('invocation failed', { function: this.#init.name, error });
      return new Set(ids);
    }
  }

  async #settle(unit: Unit, failed: ReadonlySet<string>): Promise<void> {
    await Promise.all(
      unit.map((message) => {
        if (failed.has(message.id)) this.counts.failed++;
        else this.counts.succeeded++;
        return failed.has(message.id) ? this.#giveBack(message) : this.#delete(message);
      }),
    );
  }

  async #delete(message: QueueMessage): Promise<void> {
    const held = this.#heartbeat.holds(message);
    if (await this.#deletions.add(message)) this.counts.deleted++;
    else if (held) this.#lost(message, 'it could not be deleted');
    this.#heartbeat.release(message);
  }

  async #giveBack(message: QueueMessage): Promise<void> {
    if (await this.#returns.add(message)) this.counts.returned++;
    this.#heartbeat.release(message);
  }

  /** Seconds until a message that has failed can be received again: twice as long each time. */
  #returnDelay({ attributes }: QueueMessage): number {
    const { retryDelay } = this.#init;
    if (retryDelay === 0 || this.#polls.stopping) return 0;
    const receipts = Number(attributes.ApproximateReceiveCount ?? 1);
    return Math.min(Math.round(retryDelay * 2 ** (receipts - 1)), LONGEST_RETRY_S);
  }

  #lost({ id }: QueueMessage, why: string): void {
    this.counts.lost++;
    this.#init.logger.warn('message may be handled twice', { function: this.#init.name, messageId: id, why });
  }

  #queueError(what: string, error: unknown, more: object = {}): void {
    this.counts.queueErrors++;
    this.#init.logger.error(what, { function: this.#init.name, queue: this.#init.queueArn, error, ...more });
  }
}
