import type { EventSource, QueueDelivery } from '../../../../../core/index.ts';
import { type BatchResponse, batchResponse, runLanes, runWhole } from '../shared/batch.ts';
import { defineSource } from '../shared/event-source.ts';
import type { Nothing } from '../shared/nothing.ts';
import { checkArn, checkFormat, checkWhole, optionError } from '../shared/option-checks.ts';
import { requireParts } from '../shared/parts.ts';
import type { EventFilters, ResourceRef, SqsTrigger } from '../shared/triggers.ts';
import { eventOfMessages } from './from-queue.ts';
import { groups, Message, type SqsEvent, type SqsMessage } from './message.ts';

export type { SqsMessage };

export interface SqsOptions {
  /** ARN of the queue; without it the template declares no trigger. */
  readonly queue?: ResourceRef;
  /**
   * Messages per invocation, 1 to 10000 (FIFO: 10). Default 10. More than 10 need `batchWindow`; on instances an
   * invocation has 10 at most, and one without `batch`.
   */
  readonly batchSize?: number;
  /** Seconds that Lambda may gather messages, 0 to 300; not for FIFO queues. Default 0. */
  readonly batchWindow?: number;
  /** Messages (FIFO: message groups) of one invocation that are handled at the same time. Default: all. */
  readonly concurrency?: number;
  /** Invocations at the same time, 2 to 1000. Default: no limit of its own. */
  readonly maxConcurrency?: number;
  /** Only messages that fit one of these patterns are delivered; the rest is deleted. */
  readonly filters?: EventFilters;
  /** ARN of the KMS key of an encrypted queue, where it is not AWS's own. */
  readonly kmsKey?: ResourceRef;
  /** Report failed messages one by one (ReportBatchItemFailures). Default true. */
  readonly reportFailures?: boolean;
}

/** SQS gives no more at once. */
const MOST_RECEIVED = 10;

type BatchResult = BatchResponse | Nothing;

/**
 * Messages of an SQS queue. Each is handled on its own: one that fails, or whose body is not JSON where that was
 * asked for, comes again alone. A FIFO queue's messages are handled in order within their group; after the first
 * failure the rest of the group is reported as failed without being run. See `runLanes` for the deadline.
 * With `batch: true` the handler gets all messages at once and may name the failed ones.
 *
 * The visibility timeout of the queue must be at least the timeout of the function (AWS advises six times).
 * @throws ConfigError
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { sqs } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('work', sqs<{ id: number }>({ queue: { parameter: 'QueueArn' }, body: 'json' }), (message) => {
 *   console.log(message.body.id); // 42
 * });
 * ```
 */
export function sqs<Body = unknown>(
  options: SqsOptions & { body: 'json'; batch: true },
): EventSource<readonly SqsMessage<Body>[], BatchResult, SqsTrigger>;
export function sqs<Body = unknown>(
  options: SqsOptions & { body: 'json'; batch?: false },
): EventSource<SqsMessage<Body>, unknown, SqsTrigger>;
export function sqs(
  options: SqsOptions & { body?: 'text'; batch: true },
): EventSource<readonly SqsMessage[], BatchResult, SqsTrigger>;
export function sqs(
  options?: SqsOptions & { body?: 'text'; batch?: false },
): EventSource<SqsMessage, unknown, SqsTrigger>;
export function sqs(
  options: SqsOptions & { body?: 'json' | 'text'; batch?: boolean } = {},
): EventSource<never, never, SqsTrigger> {
  checkOptions(options);
  const { concurrency = Number.POSITIVE_INFINITY, reportFailures: report = true, body, batch } = options;
  const plan = { source: 'sqs', concurrency, report };
  const lanesOf = (event: SqsEvent) => groups(event.Records.map((record) => new Message(record, body)));
  const check = (event: unknown) => requireParts('sqs', event, { Records: 'objects' });
  const trigger = triggerOf(options);
  const onInstances: QueueDelivery = {
    queue: 'own',
    batchSize: batch ? Math.min(options.batchSize ?? MOST_RECEIVED, MOST_RECEIVED) : 1,
    reportsFailures: report,
    toEvent: eventOfMessages,
  };
  const source = batch
    ? defineSource<readonly SqsMessage<unknown>[], BatchResult, SqsTrigger>({
        type: 'sqs',
        trigger,
        onInstances,
        check,
        run: async (event: SqsEvent, context, handler) =>
          batchResponse(await runWhole(lanesOf(event), context, handler, plan)),
      })
    : defineSource<SqsMessage<unknown>, unknown, SqsTrigger>({
        type: 'sqs',
        trigger,
        onInstances,
        check,
        run: async (event: SqsEvent, context, handler) => {
          const failed = await runLanes(lanesOf(event), context, handler, plan);
          return batchResponse(failed.map(({ id }) => id));
        },
      });
  return source as EventSource<never, never, SqsTrigger>;
}

function checkOptions(options: SqsOptions & { body?: unknown }): void {
  const { queue, batchSize = 10, batchWindow = 0 } = options;
  if (queue !== undefined) checkArn('sqs', 'queue', queue, 'sqs');
  const fifo = typeof queue === 'string' && queue.endsWith('.fifo');
  checkWhole('sqs', options, 'batchSize', 1, fifo ? 10 : 10_000);
  checkWhole('sqs', options, 'batchWindow', 0, fifo ? 0 : 300);
  checkWhole('sqs', options, 'maxConcurrency', 2, 1000);
  checkWhole('sqs', options, 'concurrency', 1, 10_000);
  checkFormat('sqs', 'body', options.body, ['text', 'json']);
  if (batchSize > 10 && batchWindow === 0)
    throw optionError('sqs', 'batchSize', batchSize, 'more than 10 needs batchWindow of 1 second or more');
}

function triggerOf(options: SqsOptions): SqsTrigger | undefined {
  const { queue, batchSize, batchWindow, maxConcurrency, filters, kmsKey, reportFailures = true } = options;
  if (queue === undefined) return undefined;
  return { type: 'sqs', queue, batchSize, batchWindow, maxConcurrency, filters, kmsKey, reportFailures };
}
