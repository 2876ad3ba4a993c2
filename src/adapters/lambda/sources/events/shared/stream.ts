import type { EventHandler, EventSource, InvocationContext } from '../../../../../core/index.ts';
import { type BatchRecord, type BatchResponse, batchResponse, runLanes, runWhole } from './batch.ts';
import { defineSource } from './event-source.ts';
import type { Nothing } from './nothing.ts';
import { checkArn, checkWhole, optionError } from './option-checks.ts';
import type { EventFilters, FailureDestination, ResourceRef, StreamTrigger, StreamType } from './triggers.ts';

/** Options that Kinesis and DynamoDB streams share. */
export interface StreamOptions {
  /** ARN of the stream; without it the template declares no trigger. */
  readonly stream?: ResourceRef;
  /** `TRIM_HORIZON` (default): from the oldest record; `LATEST`: only what comes after the trigger is made. */
  readonly startingPosition?: 'TRIM_HORIZON' | 'LATEST';
  /** Records per invocation, 1 to 10000. Default 100. */
  readonly batchSize?: number;
  /** Seconds that Lambda may gather records, 0 to 300. Default 0. */
  readonly batchWindow?: number;
  /** Try the halves of a failed batch on their own. Default true. */
  readonly bisect?: boolean;
  /** Tries after the first, -1 (default: until the records expire) to 10000. */
  readonly retries?: number;
  /** Seconds after which a record is given up, 60 to 604800, or -1 (default) for never. */
  readonly maxAge?: number;
  /** Batches of one shard at the same time, 1 to 10; order is kept per partition key. Default 1. */
  readonly parallelization?: number;
  /** Only records that fit one of these patterns are delivered. */
  readonly filters?: EventFilters;
  /** Where the position of records goes that are given up. */
  readonly onFailure?: FailureDestination;
  /** ARN of the KMS key of an encrypted stream, where it is not AWS's own. */
  readonly kmsKey?: ResourceRef;
  /** Report the first failed record (ReportBatchItemFailures). Default true. */
  readonly reportFailures?: boolean;
}

export type StreamBatchResult = BatchResponse | Nothing;

interface StreamSource<Raw, Payload, Type extends StreamType> {
  readonly type: Type;
  readonly options: StreamOptions & { readonly batch?: boolean };
  readonly record: (raw: Raw) => BatchRecord<Payload>;
}

/**
 * A stream's records in order: the first that fails stops the batch, and its sequence number is reported, from which
 * Lambda goes on. With `batch` the handler gets all at once.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function streamSource<Raw, Payload, Type extends StreamType>(
  source: StreamSource<Raw, Payload, Type>,
): EventSource<never, never, StreamTrigger<Type>> {
  const { type, options, record } = source;
  checkOptions(type, options);
  const trigger = triggerOf(type, options);
  const plan = { source: type, concurrency: 1, report: options.reportFailures ?? true };
  const laneOf = (event: { Records: Raw[] }) => [event.Records.map(record)];
  const each = async (event: never, context: InvocationContext, handler: EventHandler<Payload>) => {
    const failed = await runLanes(laneOf(event), context, handler, plan);
    return batchResponse(failed.slice(0, 1).map(({ id }) => id));
  };
  const whole = async (
    event: never,
    context: InvocationContext,
    handler: EventHandler<readonly Payload[], StreamBatchResult>,
  ) => batchResponse(await runWhole(laneOf(event), context, handler, plan));
  const made = options.batch
    ? defineSource<readonly Payload[], StreamBatchResult, StreamTrigger<Type>>({ type, trigger, run: whole })
    : defineSource<Payload, unknown, StreamTrigger<Type>>({ type, trigger, run: each });
  return made as unknown as EventSource<never, never, StreamTrigger<Type>>;
}

function checkOptions(type: StreamType, options: StreamOptions): void {
  const { stream, maxAge, startingPosition = 'TRIM_HORIZON' } = options;
  if (stream !== undefined) checkArn(type, 'stream', stream, type);
  checkWhole(type, options, 'batchSize', 1, 10_000);
  checkWhole(type, options, 'batchWindow', 0, 300);
  checkWhole(type, options, 'retries', -1, 10_000);
  checkWhole(type, options, 'parallelization', 1, 10);
  if (maxAge !== -1) checkWhole(type, options, 'maxAge', 60, 604_800);
  if (startingPosition !== 'TRIM_HORIZON' && startingPosition !== 'LATEST')
    throw optionError(type, 'startingPosition', startingPosition, 'it must be TRIM_HORIZON or LATEST');
}

function triggerOf<Type extends StreamType>(
  type: Type,
  options: StreamOptions,
): StreamTrigger<Type> | undefined {
  const { stream, startingPosition = 'TRIM_HORIZON', bisect = true, reportFailures = true } = options;
  if (stream === undefined) return undefined;
  const { batchSize, batchWindow, retries, maxAge, parallelization, filters, onFailure, kmsKey } = options;
  return {
    type,
    stream,
    startingPosition,
    bisect,
    reportFailures,
    batchSize,
    batchWindow,
    retries,
    maxAge,
    parallelization,
    filters,
    onFailure,
    kmsKey,
  };
}
