import {
  type Awaitable,
  type EventHandler,
  type EventSource,
  frameworkError,
  type InvocationContext,
  type QueueDelivery,
} from '../../../../../core/index.ts';
import { describeEvent } from '../../describe-event.ts';
import { detectSource, isFrom } from '../../detect.ts';
import type { SourceName } from '../../http/shared/types.ts';
import type { StreamTrigger, Trigger } from './triggers.ts';

/** A stream's is of either type while its source is generic. */
type AnyTrigger = Trigger | StreamTrigger;

interface Definition<Payload, Result, T extends AnyTrigger> {
  readonly type: SourceName | 'schedule';
  /** Default: what `detectSource` says. Must not throw. */
  readonly matches?: (event: unknown) => boolean;
  readonly trigger?: T | undefined;
  /** Events that the handler takes beside those that `matches` knows as its own. */
  readonly accepts?: (event: unknown) => boolean;
  /** Throws for an event that lacks what it must have. */
  readonly check?: (event: unknown) => void;
  /** How its events reach instances, or why they cannot. */
  readonly onInstances: QueueDelivery | string;
  run(event: never, context: InvocationContext, handler: EventHandler<Payload, Result>): Awaitable<unknown>;
}

/** An event source that refuses events of any other kind. */
export function defineSource<Payload, Result = unknown, T extends AnyTrigger = Trigger>(
  definition: Definition<Payload, Result, T>,
): EventSource<Payload, Result, T> {
  const { type, trigger, run, accepts, check, onInstances } = definition;
  const matches = definition.matches ?? ((event: unknown) => isFrom(event, type as SourceName));
  return Object.freeze({
    type,
    matches,
    trigger,
    onInstances,
    run(event: unknown, context: InvocationContext, handler: EventHandler<Payload, Result>) {
      if (!matches(event) && !accepts?.(event)) throw wrongEvent(type, event);
      check?.(event);
      return run(event as never, context, handler);
    },
  });
}

/** @returns HttpError 400 `UNSUPPORTED_EVENT` naming what was expected and what came */
export function wrongEvent(expected: string, event: unknown): Error {
  // Ambiguous events have an error of their own.
  const seen = describeEvent(detectSource(event), event);
  return frameworkError('UNSUPPORTED_EVENT', `This handler takes ${expected} events, but got: ${seen}.`);
}

/** @returns HttpError 400 `UNSUPPORTED_EVENT` for an event of the right source that lacks what it must have */
export function malformedEvent(source: string, what: string): Error {
  return frameworkError('UNSUPPORTED_EVENT', `The ${source} event is malformed: ${what}.`);
}
