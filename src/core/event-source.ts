import type { Awaitable, InvocationContext } from './types.ts';

/** What calls a handler, as far as the core knows it. Each source has a type of its own, told apart by `type`. */
export interface EventTrigger {
  readonly type: string;
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
}

export type EventHandler<Payload, Result = unknown> = (
  payload: Payload,
  context: InvocationContext,
) => Awaitable<Result>;
