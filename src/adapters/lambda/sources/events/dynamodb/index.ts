import type { EventSource } from '../../../../../core/index.ts';
import { requiredId } from '../shared/batch.ts';
import { RecordError } from '../shared/decode.ts';
import { malformedEvent } from '../shared/event-source.ts';
import { optionError } from '../shared/option-checks.ts';
import { type StreamBatchResult, type StreamOptions, streamSource } from '../shared/stream.ts';
import type { StreamTrigger } from '../shared/triggers.ts';
import { type NumberMode, unmarshall } from './unmarshall.ts';

export interface DynamoDbOptions extends StreamOptions {
  /** Default `number`. */
  readonly numbers?: NumberMode;
}

/** A change of one item. Which images come depends on the stream's view type. */
export interface DynamoDbChange<Item = Record<string, unknown>> {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventId: string;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly newImage: Item | undefined;
  readonly oldImage: Item | undefined;
  readonly sequenceNumber: string;
  /** Precise to the second. */
  readonly changedAt: Date;
  /** Whether DynamoDB removed the item because its time to live was over. */
  readonly expired: boolean;
  readonly streamArn: string;
  /** The record as it came. */
  readonly raw: unknown;
}

/**
 * Changes of a DynamoDB table from its stream, in order, as plain values. The first that fails stops the batch;
 * Lambda goes on from it.
 * @throws ConfigError
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { dynamodb } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('changed', dynamodb<{ id: number; total: number }>(), (change) => {
 *   console.log(change.newImage?.total); // 9.5
 * });
 * ```
 */
export function dynamodb<Item = Record<string, unknown>>(
  options: DynamoDbOptions & { batch: true },
): EventSource<readonly DynamoDbChange<Item>[], StreamBatchResult, StreamTrigger<'dynamodb'>>;
export function dynamodb<Item = Record<string, unknown>>(
  options?: DynamoDbOptions & { batch?: false },
): EventSource<DynamoDbChange<Item>, unknown, StreamTrigger<'dynamodb'>>;
export function dynamodb(
  options: DynamoDbOptions & { batch?: boolean } = {},
): EventSource<never, never, StreamTrigger<'dynamodb'>> {
  const { numbers = 'number' } = options;
  if (!['number', 'bigint', 'string'].includes(numbers))
    throw optionError('dynamodb', 'numbers', numbers, 'it must be number, bigint or string');
  return streamSource({ type: 'dynamodb', options, record: (raw: RawRecord) => recordOf(raw, numbers) });
}

type Image = Parameters<typeof unmarshall>[0];

interface RawRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventSourceARN: string;
  readonly userIdentity?: { readonly type?: string; readonly principalId?: string };
  readonly dynamodb: {
    readonly ApproximateCreationDateTime: number;
    readonly Keys?: Image;
    readonly NewImage?: Image;
    readonly OldImage?: Image;
    readonly SequenceNumber: string;
  };
}

function recordOf(raw: RawRecord, numbers: NumberMode) {
  const { dynamodb } = raw;
  if (typeof dynamodb !== 'object' || dynamodb === null)
    throw malformedEvent('dynamodb', 'a record has no change');
  const id = requiredId(dynamodb.SequenceNumber, 'dynamodb', 'SequenceNumber');
  return { id, decode: () => decode(raw, id, numbers) };
}

function decode(raw: RawRecord, id: string, numbers: NumberMode): DynamoDbChange {
  const { Keys, NewImage, OldImage, ApproximateCreationDateTime } = raw.dynamodb;
  const image = (field: string, given: Image | undefined) => {
    try {
      return given && unmarshall(given, numbers);
    } catch (error) {
      throw new RecordError('dynamodb', id, `${field}: ${(error as Error).message}`, error);
    }
  };
  return {
    eventName: raw.eventName,
    eventId: raw.eventID,
    keys: image('Keys', Keys) ?? {},
    newImage: image('NewImage', NewImage),
    oldImage: image('OldImage', OldImage),
    sequenceNumber: id,
    changedAt: new Date(ApproximateCreationDateTime * 1000),
    expired: raw.userIdentity?.principalId === 'dynamodb.amazonaws.com',
    streamArn: raw.eventSourceARN,
    raw,
  };
}
