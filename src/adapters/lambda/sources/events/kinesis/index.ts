import type { EventSource } from '../../../../../core/index.ts';
import { requiredId } from '../shared/batch.ts';
import { decodeBase64, type Format } from '../shared/decode.ts';
import { malformedEvent } from '../shared/event-source.ts';
import { checkFormat } from '../shared/option-checks.ts';
import { type StreamBatchResult, type StreamOptions, streamSource } from '../shared/stream.ts';
import type { StreamTrigger } from '../shared/triggers.ts';

export interface KinesisRecord<Data = Uint8Array> {
  readonly data: Data;
  readonly partitionKey: string;
  readonly sequenceNumber: string;
  /** `shardId-000000000006`. */
  readonly shardId: string;
  readonly arrivedAt: Date;
  readonly streamArn: string;
  /** The record as it came. */
  readonly raw: unknown;
}

/**
 * Records of a Kinesis data stream, in order, as bytes (default), UTF-8 text or JSON. The first that fails stops the
 * batch; Lambda goes on from it. Records that the KPL aggregated are not taken apart: ask for bytes and do it there.
 * @throws ConfigError
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { kinesis } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('arrived', kinesis<{ id: number }>({ data: 'json' }), (record) => {
 *   console.log(record.partitionKey, record.data.id); // customer-1 42
 * });
 * ```
 */
export function kinesis<Data = unknown>(
  options: StreamOptions & { data: 'json'; batch: true },
): EventSource<readonly KinesisRecord<Data>[], StreamBatchResult, StreamTrigger<'kinesis'>>;
export function kinesis<Data = unknown>(
  options: StreamOptions & { data: 'json'; batch?: false },
): EventSource<KinesisRecord<Data>, unknown, StreamTrigger<'kinesis'>>;
export function kinesis(
  options: StreamOptions & { data: 'text'; batch: true },
): EventSource<readonly KinesisRecord<string>[], StreamBatchResult, StreamTrigger<'kinesis'>>;
export function kinesis(
  options: StreamOptions & { data: 'text'; batch?: false },
): EventSource<KinesisRecord<string>, unknown, StreamTrigger<'kinesis'>>;
export function kinesis(
  options: StreamOptions & { data?: 'bytes'; batch: true },
): EventSource<readonly KinesisRecord[], StreamBatchResult, StreamTrigger<'kinesis'>>;
export function kinesis(
  options?: StreamOptions & { data?: 'bytes'; batch?: false },
): EventSource<KinesisRecord, unknown, StreamTrigger<'kinesis'>>;
export function kinesis(
  options: StreamOptions & { data?: Format; batch?: boolean } = {},
): EventSource<never, never, StreamTrigger<'kinesis'>> {
  checkFormat('kinesis', 'data', options.data, ['bytes', 'text', 'json']);
  return streamSource({ type: 'kinesis', options, record: (raw: RawRecord) => recordOf(raw, options.data) });
}

interface RawRecord {
  readonly eventID: string;
  readonly eventSourceARN: string;
  readonly kinesis: {
    readonly data: string;
    readonly partitionKey: string;
    readonly sequenceNumber: string;
    readonly approximateArrivalTimestamp: number;
  };
}

function recordOf(raw: RawRecord, format: Format | undefined) {
  const { kinesis } = raw;
  if (typeof kinesis !== 'object' || kinesis === null)
    throw malformedEvent('kinesis', 'a record has no data');
  const id = requiredId(kinesis.sequenceNumber, 'kinesis', 'sequenceNumber');
  return {
    id,
    decode: (): KinesisRecord<unknown> => ({
      data: decodeBase64(kinesis.data, format, { source: 'kinesis', id, field: 'the data' }),
      partitionKey: kinesis.partitionKey,
      sequenceNumber: id,
      shardId: raw.eventID?.split(':', 1)[0] ?? '',
      // Seconds with a fraction.
      arrivedAt: new Date(kinesis.approximateArrivalTimestamp * 1000),
      streamArn: raw.eventSourceARN,
      raw,
    }),
  };
}
