import type { EventSource } from '../../../../../core/index.ts';
import { runLanes } from '../shared/batch.ts';
import { decodeBase64, type Format } from '../shared/decode.ts';
import { defineSource } from '../shared/event-source.ts';
import { checkFormat } from '../shared/option-checks.ts';
import { type Parts, requireParts, requireRecordParts } from '../shared/parts.ts';

export interface KafkaRecord<Value = Uint8Array> {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly time: Date;
  readonly key: Uint8Array | undefined;
  /** `undefined` for a tombstone. */
  readonly value: Value | undefined;
  /** Names may come more than once. */
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array }[];
  /** The record as it came. */
  readonly raw: unknown;
}

/**
 * Records of Kafka topics (Amazon MSK or self-managed), value as bytes (default), UTF-8 text or JSON. Partitions are
 * handled side by side, each in order; a failure fails the batch. There is no trigger here: its role needs actions on
 * network interfaces that cannot be confined, so declare the event source mapping beside the cluster.
 * @throws ConfigError
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { kafka } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('arrived', kafka<{ id: number }>({ value: 'json' }), (record) => {
 *   console.log(record.topic, record.value); // orders { id: 42, total: 9.5 }
 * });
 * ```
 */
export function kafka<Value = unknown>(options: { value: 'json' }): EventSource<KafkaRecord<Value>>;
export function kafka(options: { value: 'text' }): EventSource<KafkaRecord<string>>;
export function kafka(options?: { value?: 'bytes' }): EventSource<KafkaRecord>;
export function kafka(options: { value?: Format } = {}): EventSource<never> {
  const { value: format } = options;
  checkFormat('kafka', 'value', format, ['bytes', 'text', 'json']);
  return defineSource<KafkaRecord<unknown>>({
    type: 'kafka',
    onInstances: 'Lambda keeps the place in each partition',
    check: checkEvent,
    run: async (event: { records: Record<string, RawRecord[]> }, context, handler) => {
      const lanes = Object.values(event.records).map((records) =>
        records.map((raw) => recordOf(raw, format)),
      );
      const plan = { source: 'kafka', concurrency: Number.POSITIVE_INFINITY, report: false };
      await runLanes(lanes, context, handler, plan);
    },
  }) as EventSource<never>;
}

interface RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key?: string | null;
  readonly value?: string | null;
  /** Values as lists of signed bytes. */
  readonly headers?: readonly Readonly<Record<string, readonly number[]>>[] | null;
}

function checkEvent(event: unknown): void {
  requireParts('kafka', event, { records: 'object' });
  const { records } = event as { records: object };
  for (const name of Object.keys(records)) requireParts('kafka', records, { [name]: 'objects' }, 'records.');
}

const PARTS: Parts = {
  topic: 'text',
  partition: 'number',
  offset: 'number',
  timestamp: 'millis',
  key: 'text?',
  value: 'text?',
  headers: 'objects?',
};

function recordOf(raw: RawRecord, format: Format | undefined) {
  const { topic, partition, offset, timestamp, key, value, headers } = raw;
  const id = `${topic}-${partition}@${offset}`;
  const place = { source: 'kafka', id, field: 'the value' };
  return {
    id,
    decode: (): KafkaRecord<unknown> => {
      requireRecordParts('kafka', id, raw, PARTS);
      return {
        topic,
        partition,
        offset,
        time: new Date(timestamp),
        key: typeof key === 'string' ? new Uint8Array(Buffer.from(key, 'base64')) : undefined,
        value: value === null || value === undefined ? undefined : decodeBase64(value, format, place),
        headers: (headers ?? []).flatMap((header) => headersOf(id, header)),
        raw,
      };
    },
  };
}

function headersOf(id: string, header: Readonly<Record<string, readonly number[]>>) {
  return Object.entries(header).map(([name, bytes]) => {
    requireRecordParts('kafka', id, header, { [name]: 'bytes' });
    return { name, value: Uint8Array.from(bytes) };
  });
}
