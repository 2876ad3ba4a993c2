import { type BatchRecord, type Lane, requiredId } from '../shared/batch.ts';
import { decodeText, RecordError } from '../shared/decode.ts';
import { type Parts, partProblem, requireRecordParts } from '../shared/parts.ts';

export interface SqsMessage<Body = string> {
  readonly messageId: string;
  readonly body: Body;
  /** Custom attributes: text and numbers as strings, binary as bytes. */
  readonly attributes: Readonly<Record<string, string | Uint8Array>>;
  readonly receiptHandle: string;
  /** How many times it was received, this one included. */
  readonly receiveCount: number;
  readonly sentAt: Date;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly queueArn: string;
  /** The record as it came. */
  readonly raw: unknown;
}

export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes?: Readonly<
    Record<
      string,
      { readonly dataType: string; readonly stringValue?: string; readonly binaryValue?: string }
    >
  >;
  readonly eventSourceARN: string;
}

export class Message implements BatchRecord<SqsMessage<unknown>> {
  readonly id: string;
  readonly record: SqsRecord;
  readonly #format: 'json' | 'text' | undefined;

  constructor(record: SqsRecord, format: 'json' | 'text' | undefined) {
    this.id = requiredId(record.messageId, 'sqs', 'messageId');
    this.record = record;
    this.#format = format;
  }

  /** Only a FIFO queue's groups mean order; a standard queue's are for fairness. */
  get group(): string | undefined {
    const { eventSourceARN, attributes } = this.record;
    const fifo = typeof eventSourceARN === 'string' && eventSourceARN.endsWith('.fifo');
    return fifo ? String(attributes?.MessageGroupId ?? '') : undefined;
  }

  decode(): SqsMessage<unknown> {
    const { record } = this;
    requireRecordParts('sqs', this.id, record, PARTS);
    const system = record.attributes ?? {};
    return {
      messageId: this.id,
      body: decodeText(record.body, this.#format, { source: 'sqs', id: this.id, field: 'the body' }),
      attributes: attributesOf(this.id, record.messageAttributes),
      receiptHandle: record.receiptHandle ?? '',
      receiveCount: Number(system.ApproximateReceiveCount ?? 1),
      // Some local queues say nothing of it.
      sentAt: new Date(Number(system.SentTimestamp ?? 0)),
      groupId: system.MessageGroupId,
      deduplicationId: system.MessageDeduplicationId,
      queueArn: record.eventSourceARN ?? '',
      raw: record,
    };
  }
}

const PARTS: Parts = {
  body: 'text',
  receiptHandle: 'text?',
  eventSourceARN: 'text?',
  attributes: 'object?',
  'attributes.ApproximateReceiveCount': 'text?',
  'attributes.SentTimestamp': 'stamp?',
  'attributes.MessageGroupId': 'text?',
  'attributes.MessageDeduplicationId': 'text?',
  messageAttributes: 'object?',
};

const ATTRIBUTE: Parts = { stringValue: 'text?', binaryValue: 'text?' };

function attributesOf(
  id: string,
  given: SqsRecord['messageAttributes'],
): Record<string, string | Uint8Array> {
  const named = Object.entries(given ?? {});
  if (named.length === 0) return {};
  const entries = named.map(([name, attribute]) => {
    const path = `messageAttributes.${name}`;
    const problem = partProblem(attribute ?? {}, ATTRIBUTE);
    if (problem !== undefined) throw new RecordError('sqs', id, `${path}.${problem}`);
    const { stringValue, binaryValue } = attribute ?? {};
    return [name, stringValue ?? new Uint8Array(Buffer.from(binaryValue ?? '', 'base64'))] as const;
  });
  return Object.fromEntries(entries);
}

/** A lane for each message of a standard queue, one for each group of a FIFO queue. */
export function groups(messages: readonly Message[]): Lane<SqsMessage<unknown>>[] {
  const lanes: Message[][] = [];
  const byGroup = new Map<string, Message[]>();
  for (const message of messages) {
    const { group } = message;
    const lane = group === undefined ? undefined : byGroup.get(group);
    if (lane) lane.push(message);
    else {
      const made = [message];
      lanes.push(made);
      if (group !== undefined) byGroup.set(group, made);
    }
  }
  return lanes;
}
