import type { EventSource } from '../../../../../core/index.ts';
import { isFrom } from '../../detect.ts';
import { THROUGH_QUEUE } from '../shared/delivery.ts';
import { defineSource } from '../shared/event-source.ts';
import { optionError } from '../shared/option-checks.ts';
import { requireParts } from '../shared/parts.ts';
import { runEach } from '../shared/run-each.ts';
import type { BucketLocation, S3Trigger } from '../shared/triggers.ts';
import { fromEventBridge, fromNotification, type S3EventBridgeEvent, type S3Notification } from './decode.ts';
import type { S3Record } from './record.ts';

export type { S3Record };

export interface S3Options {
  /**
   * `{ create: true, name? }`: the template makes the bucket with this notification. Any other bucket is an existing
   * one, by name, ARN or expression of its name: CloudFormation cannot change its notifications, so the template makes
   * EventBridge rules, and EventBridge must be turned on for the bucket. Without it the template declares no trigger.
   */
  readonly bucket?: BucketLocation;
  /** S3's event types, e.g. `s3:ObjectCreated:*` (default), `s3:ObjectRemoved:Delete`. */
  readonly events?: readonly string[];
  /** Of the key as it is, not URL-encoded. */
  readonly prefix?: string;
  readonly suffix?: string;
}

/**
 * Events of an S3 bucket, by its own notification or by EventBridge: the handler sees no difference. Lambda retries an
 * event as a whole, so one that fails comes again.
 * @throws ConfigError
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { s3 } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('uploaded', s3({ bucket: { create: true }, suffix: '.jpg' }), (record) => {
 *   console.log(record.key); // photos/summer 2025/café+1.jpg
 * });
 * ```
 */
export function s3(options: S3Options = {}): EventSource<S3Record, unknown, S3Trigger> {
  checkEvents(options.events);
  return defineSource<S3Record, unknown, S3Trigger>({
    type: 's3',
    onInstances: THROUGH_QUEUE,
    trigger: triggerOf(options),
    matches: (event) => isFrom(event, 's3') || isEventBridge(event) || isTestEvent(event),
    run: async (event: S3Notification | S3EventBridgeEvent, context, handler) => {
      if (isTestEvent(event)) context.logger.info('S3 test event ignored');
      else if (isEventBridge(event)) await handler(fromEventBridge(event), context);
      else {
        requireParts('s3', event, { Records: 'objects' });
        await runEach((event as S3Notification).Records, fromNotification, context, handler);
      }
    },
  });
}

function isEventBridge(event: unknown): event is S3EventBridgeEvent {
  return isFrom(event, 'eventbridge') && (event as { source?: unknown }).source === 'aws.s3';
}

/** What S3 sends when a notification is set up. */
function isTestEvent(event: unknown): boolean {
  return (event as { Event?: unknown } | null | undefined)?.Event === 's3:TestEvent';
}

function checkEvents(events: readonly string[] | undefined): void {
  if (events === undefined) return;
  if (!Array.isArray(events) || events.length === 0)
    throw optionError('s3', 'events', events, "it must be a list such as ['s3:ObjectCreated:*']");
  for (const event of events) {
    if (!/^s3:[A-Za-z]+(:(\*|[A-Za-z]+))?$/.test(event))
      throw optionError('s3', 'events', event, "it must be an event type such as 's3:ObjectCreated:*'");
  }
}

function triggerOf(options: S3Options): S3Trigger | undefined {
  const { bucket, events = ['s3:ObjectCreated:*'], prefix, suffix } = options;
  return bucket === undefined ? undefined : { type: 's3', bucket, events, prefix, suffix };
}
