import type { EventHandler, EventSource, InvocationContext } from '../../../../../core/index.ts';
import { type BatchRecord, type BatchResponse, batchResponse, runLanes, runWhole } from './batch.ts';
import { defineSource } from './event-source.ts';
import type { Nothing } from './nothing.ts';
import { checkArn, checkWhole, optionError } from './option-checks.ts';
import { type Parts, requireParts } from './parts.ts';
import type { EventFilters, FailureDestination, ResourceRef, StreamTrigger, StreamType } from './triggers.ts';

const LAMBDA_ALONE = 'each shard of a stream has one reader, and Lambda keeps its place';

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
  /**
   * Seconds of a tumbling window, 1 to 900, with `batch`: the handler gets a `StreamWindow` with the state that it
   * returned before, and returns the next.
   */
  readonly tumblingWindow?: number;
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

/** What Lambda says of a tumbling window beside its records. */
export interface StreamWindow<Payload, State = Readonly<Record<string, unknown>>> {
  /** None in the last call, where the window ended without new ones. */
  readonly records: readonly Payload[];
  /** What the handler returned for the batch before; `undefined` in the first of the window. */
  readonly state: State | undefined;
  readonly start: Date;
  readonly end: Date;
  readonly shardId: string;
  /** The last call of the window: time to store the result. */
  readonly final: boolean;
  /** The window ended before its time, because the state passed 1 MB. */
  readonly endedEarly: boolean;
}

/** The state for the next batch of the window, at most 1 MB of JSON; without one the state stays. */
export type StreamWindowResult<State = Readonly<Record<string, unknown>>> =
  | (Partial<BatchResponse> & { readonly state?: State })
  | Nothing;

interface WindowEvent<Raw> {
  readonly Records?: readonly Raw[] | null;
  readonly window: { readonly start: string; readonly end: string };
  readonly state?: Readonly<Record<string, unknown>> | null;
  readonly shardId?: string | null;
  readonly isFinalInvokeForWindow?: boolean | null;
  readonly isWindowTerminatedEarly?: boolean | null;
}

const WINDOW: Parts = {
  Records: 'objects?',
  'window.start': 'time',
  'window.end': 'time',
  state: 'object?',
  shardId: 'text?',
};

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
  const laneOf = (event: { readonly Records?: readonly Raw[] | null }) => [(event.Records ?? []).map(record)];
  // A handler without a window passes the state by, so that it is not lost to whoever has one.
  const stateOf = ({ state }: { readonly state?: unknown }) =>
    state === undefined || state === null ? {} : { state };
  const each = async (event: never, context: InvocationContext, handler: EventHandler<Payload>) => {
    const failed = await runLanes(laneOf(event), context, handler, plan);
    return { ...batchResponse(failed.slice(0, 1).map(({ id }) => id)), ...stateOf(event) };
  };
  const whole = async (
    event: never,
    context: InvocationContext,
    handler: EventHandler<readonly Payload[], StreamBatchResult>,
  ) => ({ ...batchResponse(await runWhole(laneOf(event), context, handler, plan)), ...stateOf(event) });
  const windowed = async (
    event: WindowEvent<Raw>,
    context: InvocationContext,
    handler: EventHandler<StreamWindow<Payload>, StreamWindowResult>,
  ) => {
    let next = event.state ?? undefined;
    const take = async (records: readonly Payload[]) => {
      const result = await handler(windowOf(event, records), context);
      next = result?.state ?? next;
      return { batchItemFailures: result?.batchItemFailures ?? [] };
    };
    const failed = await runWhole(laneOf(event), context, take, { ...plan, evenEmpty: true });
    return { ...batchResponse(failed), state: next ?? {} };
  };
  const hasWindow = (event: unknown) => (event as { window?: unknown }).window !== undefined;
  const check = (event: unknown) =>
    requireParts(type, event, hasWindow(event) ? WINDOW : { Records: 'objects' });
  if (options.tumblingWindow !== undefined) {
    const checkWindow = (event: unknown) => requireParts(type, event, WINDOW);
    return defineSource<StreamWindow<Payload>, StreamWindowResult, StreamTrigger<Type>>({
      type,
      trigger,
      onInstances: LAMBDA_ALONE,
      check: checkWindow,
      run: windowed,
    }) as unknown as EventSource<never, never, StreamTrigger<Type>>;
  }
  const made = options.batch
    ? defineSource<readonly Payload[], StreamBatchResult, StreamTrigger<Type>>({
        type,
        trigger,
        onInstances: LAMBDA_ALONE,
        check,
        run: whole,
      })
    : defineSource<Payload, unknown, StreamTrigger<Type>>({
        type,
        trigger,
        onInstances: LAMBDA_ALONE,
        check,
        run: each,
      });
  return made as unknown as EventSource<never, never, StreamTrigger<Type>>;
}

function windowOf<Payload>(event: WindowEvent<unknown>, records: readonly Payload[]): StreamWindow<Payload> {
  return {
    records,
    state: event.state ?? undefined,
    start: new Date(event.window.start),
    end: new Date(event.window.end),
    shardId: event.shardId ?? '',
    final: event.isFinalInvokeForWindow === true,
    endedEarly: event.isWindowTerminatedEarly === true,
  };
}

function checkOptions(type: StreamType, options: StreamOptions & { readonly batch?: boolean }): void {
  const { stream, maxAge, startingPosition = 'TRIM_HORIZON' } = options;
  if (stream !== undefined) checkArn(type, 'stream', stream, type);
  checkWhole(type, options, 'batchSize', 1, 10_000);
  checkWhole(type, options, 'batchWindow', 0, 300);
  checkWhole(type, options, 'retries', -1, 10_000);
  checkWhole(type, options, 'parallelization', 1, 10);
  checkWhole(type, options, 'tumblingWindow', 1, 900);
  if (options.tumblingWindow !== undefined && !options.batch)
    throw optionError(type, 'tumblingWindow', options.tumblingWindow, 'it needs batch: true');
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
  const { batchSize, batchWindow, retries, maxAge, parallelization, tumblingWindow } = options;
  const { filters, onFailure, kmsKey } = options;
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
    tumblingWindow,
    filters,
    onFailure,
    kmsKey,
  };
}
