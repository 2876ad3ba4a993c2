import type { Awaitable, InvocationContext } from './types.ts';

/** What calls a handler, as far as the core knows it. Each source has a type of its own, told apart by `type`. */
export interface EventTrigger {
  readonly type: string;
}

/** A message of a queue, as SQS gives it. */
export interface QueueMessage {
  readonly id: string;
  readonly body: string;
  readonly receiptHandle: string;
  readonly md5OfBody: string | undefined;
  /** SQS's own, e.g. `ApproximateReceiveCount`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<
    Record<
      string,
      {
        readonly dataType: string;
        readonly stringValue?: string | undefined;
        readonly binaryValue?: Uint8Array | undefined;
      }
    >
  >;
}

/** How the events of a source come to instances: everything that is pushed goes through a queue. */
export interface QueueDelivery {
  /** `own`: the queue that its trigger names; `made`: one that the template puts between. */
  readonly queue: 'own' | 'made';
  /** The most messages that one call of the handler takes; of a FIFO queue, 1 stands for those of one group. */
  readonly batchSize: number;
  /** Whether the result tells which messages have failed (`batchItemFailures`), as to Lambda. */
  readonly reportsFailures: boolean;
  /** The event that Lambda would get for these messages. @throws where a body is none */
  toEvent(messages: readonly QueueMessage[], queueArn: string): unknown;
}

/**
 * One kind of event, as a value that a service hands to `registry.event`: how to know it, how to run a
 * typed handler on it, and (for the infra module) which trigger the template must declare.
 */
export interface EventSource<Payload, Result = unknown, Trigger extends EventTrigger = EventTrigger> {
  /** Stable name, e.g. `sqs`. */
  readonly type: string;
  /** Whether a raw event is of this kind. Must not throw. */
  matches(event: unknown): boolean;
  /** Decodes the event, calls the handler (once, or once per record) and encodes what Lambda expects back. */
  run(event: unknown, context: InvocationContext, handler: EventHandler<Payload, Result>): Awaitable<unknown>;
  /** Plain data that the infra module turns into resources; absent where the service only handles the event. */
  readonly trigger?: Trigger;
  /** How its events reach instances, or why they cannot. Default: they cannot. */
  readonly onInstances?: QueueDelivery | string;
}

export type EventHandler<Payload, Result = unknown> = (
  payload: Payload,
  context: InvocationContext,
) => Awaitable<Result>;
