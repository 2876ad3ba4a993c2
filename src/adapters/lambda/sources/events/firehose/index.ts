import type { EventSource, InvocationContext } from '../../../../../core/index.ts';
import { requiredId, runLanes } from '../shared/batch.ts';
import { decodeBase64, type Format, RecordError } from '../shared/decode.ts';
import { defineSource } from '../shared/event-source.ts';
import { checkFormat, checkWhole } from '../shared/option-checks.ts';
import { type Parts, requireParts, requireRecordParts } from '../shared/parts.ts';

export interface FirehoseOptions {
  /** Records that are handled at the same time. Default: all. */
  readonly concurrency?: number;
}

export interface FirehoseRecord<Data = Uint8Array> {
  readonly recordId: string;
  readonly data: Data;
  readonly arrivedAt: Date;
  readonly deliveryStreamArn: string;
  /** The record as it came. */
  readonly raw: unknown;
}

/** New data for a record: bytes, or text in UTF-8 (add the line end that the destination wants); or leave it out. */
export type FirehoseResult =
  | string
  | Uint8Array
  | { readonly data: string | Uint8Array; readonly partitionKeys?: Readonly<Record<string, string>> }
  | { readonly dropped: true };

/**
 * Transforms the records of a Firehose stream: data as bytes (default), UTF-8 text or JSON. A record that fails, or is
 * not done shortly before the deadline, is `ProcessingFailed` and Firehose keeps it in its error output. The function
 * is named, and may be called, where the stream is declared, so there is no trigger here.
 * @throws ConfigError
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { firehose } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('transform', firehose<{ id: number }>({ data: 'json' }), (record) => {
 *   console.log(record.data.id); // 42
 *   return { data: JSON.stringify({ ...record.data, seen: true }) };
 * });
 * ```
 */
export function firehose<Data = unknown>(
  options: FirehoseOptions & { data: 'json' },
): EventSource<FirehoseRecord<Data>, FirehoseResult>;
export function firehose(
  options: FirehoseOptions & { data: 'text' },
): EventSource<FirehoseRecord<string>, FirehoseResult>;
export function firehose(
  options?: FirehoseOptions & { data?: 'bytes' },
): EventSource<FirehoseRecord, FirehoseResult>;
export function firehose(
  options: FirehoseOptions & { data?: Format } = {},
): EventSource<never, FirehoseResult> {
  checkFormat('firehose', 'data', options.data, ['bytes', 'text', 'json']);
  checkWhole('firehose', options, 'concurrency', 1, 10_000);
  const { concurrency = Number.POSITIVE_INFINITY, data: format } = options;
  return defineSource<FirehoseRecord<unknown>, FirehoseResult>({
    type: 'firehose',
    onInstances: 'Firehose waits for the transformed records',
    check: (event) => requireParts('firehose', event, { records: 'objects', deliveryStreamArn: 'text?' }),
    run: async (event: RawEvent, context, handler) => {
      const results = new Map<RawRecord, Transformed>();
      const transform = async (raw: RawRecord, within: InvocationContext) => {
        results.set(
          raw,
          encode(raw, await handler(decode(raw, event.deliveryStreamArn ?? '', format), within)),
        );
      };
      const lanes = event.records.map((raw) => [
        { id: requiredId(raw.recordId, 'firehose', 'recordId'), decode: () => raw },
      ]);
      const plan = { source: 'firehose', concurrency, report: true };
      const bad = new Set((await runLanes(lanes, context, transform, plan)).map(({ id }) => id));
      const done = (raw: RawRecord) => (bad.has(raw.recordId) ? failed(raw) : results.get(raw)!);
      return { records: event.records.map(done) };
    },
  }) as EventSource<never, FirehoseResult>;
}

interface RawEvent {
  readonly deliveryStreamArn: string;
  readonly records: readonly RawRecord[];
}

interface RawRecord {
  readonly recordId: string;
  readonly data: string;
  readonly approximateArrivalTimestamp: number;
}

interface Transformed {
  readonly recordId: string;
  readonly result: 'Ok' | 'Dropped' | 'ProcessingFailed';
  readonly data?: string;
  readonly metadata?: { readonly partitionKeys: Readonly<Record<string, string>> };
}

const RECORD: Parts = { data: 'text', approximateArrivalTimestamp: 'millis?' };

function decode(
  raw: RawRecord,
  deliveryStreamArn: string,
  format: Format | undefined,
): FirehoseRecord<unknown> {
  const { recordId } = raw;
  requireRecordParts('firehose', recordId, raw, RECORD);
  const data = decodeBase64(raw.data, format, { source: 'firehose', id: recordId, field: 'the data' });
  return {
    recordId,
    data,
    arrivedAt: new Date(raw.approximateArrivalTimestamp ?? 0),
    deliveryStreamArn,
    raw,
  };
}

function encode({ recordId }: RawRecord, result: FirehoseResult): Transformed {
  if (typeof result === 'object' && result !== null && 'dropped' in result)
    return { recordId, result: 'Dropped' };
  const full = typeof result === 'object' && result !== null && 'data' in result ? result : { data: result };
  const { data, partitionKeys }: { data: unknown; partitionKeys?: Readonly<Record<string, string>> } = full;
  if (typeof data !== 'string' && !(data instanceof Uint8Array))
    throw new RecordError(
      'firehose',
      recordId,
      'the handler returned neither text nor bytes nor { dropped: true }',
    );
  const base64 = Buffer.from(data as Uint8Array).toString('base64');
  return { recordId, result: 'Ok', data: base64, ...(partitionKeys && { metadata: { partitionKeys } }) };
}

function failed({ recordId, data }: RawRecord): Transformed {
  return { recordId, result: 'ProcessingFailed', data };
}
