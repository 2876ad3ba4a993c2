import type { EventSource } from '../../../../../core/index.ts';
import { decodeText, RecordError } from '../shared/decode.ts';
import { THROUGH_QUEUE } from '../shared/delivery.ts';
import { defineSource } from '../shared/event-source.ts';
import { checkArn, checkFormat } from '../shared/option-checks.ts';
import { type Parts, partProblem, requireParts, requireRecordParts } from '../shared/parts.ts';
import { runEach } from '../shared/run-each.ts';
import type { ResourceRef, SnsTrigger } from '../shared/triggers.ts';
import { eventOfNotification } from './from-queue.ts';

export interface SnsOptions {
  /** ARN of a standard topic; without it the template declares no trigger. */
  readonly topic?: ResourceRef;
  /** Filter policy: only messages that fit are delivered. */
  readonly filter?: Readonly<Record<string, unknown>>;
  /** What the policy looks at. Default `MessageAttributes`. */
  readonly filterScope?: 'MessageAttributes' | 'MessageBody';
}

export interface SnsMessage<Message = string> {
  readonly messageId: string;
  readonly message: Message;
  readonly subject: string | undefined;
  /** Text as strings, `String.Array` as it came (JSON), binary as bytes. */
  readonly attributes: Readonly<Record<string, string | Uint8Array>>;
  readonly topicArn: string;
  readonly subscriptionArn: string;
  readonly publishedAt: Date;
  /** The record as it came. */
  readonly raw: unknown;
}

/**
 * Messages of an SNS topic, as text (default) or JSON. Lambda retries an event as a whole.
 * @throws ConfigError
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { sns } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('placed', sns({ topic: { parameter: 'TopicArn' } }), (message) => {
 *   console.log(message.subject); // Order placed
 * });
 * ```
 */
export function sns<Message = unknown>(
  options: SnsOptions & { message: 'json' },
): EventSource<SnsMessage<Message>, unknown, SnsTrigger>;
export function sns(
  options?: SnsOptions & { message?: 'text' },
): EventSource<SnsMessage, unknown, SnsTrigger>;
export function sns(
  options: SnsOptions & { message?: 'json' | 'text' } = {},
): EventSource<never, unknown, SnsTrigger> {
  const { topic, message, filter, filterScope } = options;
  if (topic !== undefined) checkArn('sns', 'topic', topic, 'sns');
  checkFormat('sns', 'message', message, ['text', 'json']);
  const trigger: SnsTrigger | undefined =
    topic === undefined ? undefined : { type: 'sns', topic, filter, filterScope };
  return defineSource<SnsMessage<unknown>, unknown, SnsTrigger>({
    type: 'sns',
    onInstances: { ...THROUGH_QUEUE, toEvent: ([message]) => eventOfNotification(message!.body) },
    trigger,
    check: (event) => requireParts('sns', event, { Records: 'objects' }),
    run: (event: { Records: RawRecord[] }, context, handler) =>
      runEach(event.Records, (record) => decode(record, message), context, handler),
  }) as EventSource<never, unknown, SnsTrigger>;
}

interface RawRecord {
  readonly EventSubscriptionArn: string;
  readonly Sns: {
    readonly MessageId: string;
    readonly Message: string;
    readonly Subject?: string | null;
    readonly TopicArn: string;
    readonly Timestamp: string;
    readonly MessageAttributes?: Readonly<Record<string, { readonly Type: string; readonly Value: string }>>;
  };
}

const PARTS: Parts = {
  Sns: 'object',
  'Sns.MessageId': 'text',
  'Sns.Message': 'text',
  'Sns.Timestamp': 'time',
  'Sns.TopicArn': 'text?',
  'Sns.Subject': 'text?',
  'Sns.MessageAttributes': 'object?',
  EventSubscriptionArn: 'text?',
};

const ATTRIBUTE: Parts = { Type: 'text', Value: 'text' };

function decode(record: RawRecord, format: 'json' | 'text' | undefined): SnsMessage<unknown> {
  const { Sns: sns } = record;
  requireRecordParts('sns', String(sns?.MessageId), record, PARTS);
  const attributes = Object.entries(sns.MessageAttributes ?? {}).map(([name, attribute]) => {
    const path = `Sns.MessageAttributes.${name}`;
    const problem = partProblem(attribute, ATTRIBUTE);
    if (problem !== undefined) throw new RecordError('sns', sns.MessageId, `${path}.${problem}`);
    const { Type, Value } = attribute;
    return [name, Type === 'Binary' ? new Uint8Array(Buffer.from(Value, 'base64')) : Value] as const;
  });
  return {
    messageId: sns.MessageId,
    message: decodeText(sns.Message, format, { source: 'sns', id: sns.MessageId, field: 'the message' }),
    subject: sns.Subject ?? undefined,
    attributes: Object.fromEntries(attributes),
    topicArn: sns.TopicArn ?? '',
    subscriptionArn: record.EventSubscriptionArn ?? '',
    publishedAt: new Date(sns.Timestamp),
    raw: record,
  };
}
