import type { EventSource } from '../../../../../core/index.ts';
import { isFrom } from '../../detect.ts';
import { THROUGH_QUEUE } from '../shared/delivery.ts';
import { defineSource } from '../shared/event-source.ts';
import { optionError } from '../shared/option-checks.ts';
import { type Parts, requireParts } from '../shared/parts.ts';
import type { EventBridgeTrigger, ResourceRef } from '../shared/triggers.ts';

export interface EventBridgeOptions {
  /** Event pattern of the rule, e.g. `{ source: ['orders'], 'detail-type': ['Placed'] }`; without it no trigger. */
  readonly pattern?: Readonly<Record<string, unknown>>;
  /** Name or ARN of the event bus. Default: the account's default bus. */
  readonly bus?: ResourceRef;
}

export interface EventBridgeEvent<Detail = unknown> {
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: Detail;
  readonly time: Date;
  readonly account: string;
  readonly region: string;
  readonly resources: readonly string[];
  /** The event as it came. */
  readonly raw: unknown;
}

/**
 * Events of an EventBridge bus that fit a pattern. An event whose `source` or `detail-type` the pattern does not list
 * is refused.
 * @throws ConfigError
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { eventBridge } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * const placed = eventBridge<{ id: number }>({ pattern: { source: ['orders'], 'detail-type': ['Order Placed'] } });
 *
 * registry.event('placed', placed, ({ detail }) => {
 *   console.log(detail.id); // 42
 * });
 * ```
 */
export function eventBridge<Detail = unknown>(
  options: EventBridgeOptions = {},
): EventSource<EventBridgeEvent<Detail>, unknown, EventBridgeTrigger> {
  const { pattern, bus } = options;
  if (pattern !== undefined) checkPattern(pattern);
  else if (bus !== undefined) throw optionError('eventbridge', 'pattern', pattern, 'bus needs it');
  const trigger: EventBridgeTrigger | undefined = pattern && { type: 'eventbridge', pattern, bus };
  const matches = (event: unknown) => isFrom(event, 'eventbridge') && fits(event as RawEvent, pattern);
  return defineSource<EventBridgeEvent<Detail>, unknown, EventBridgeTrigger>({
    type: 'eventbridge',
    onInstances: THROUGH_QUEUE,
    trigger,
    matches,
    run: (event: RawEvent, context, handler) => handler(decode(event) as EventBridgeEvent<Detail>, context),
  });
}

function checkPattern(pattern: unknown): void {
  const object = typeof pattern === 'object' && pattern !== null && !Array.isArray(pattern);
  if (!object || Object.keys(pattern).length === 0)
    throw optionError('eventbridge', 'pattern', pattern, 'it must be an object with at least one field');
}

/** Looks at the literal values of the two fields that tell events apart; the rule checks the rest. */
function fits(event: RawEvent, pattern: EventBridgeOptions['pattern']): boolean {
  return (['source', 'detail-type'] as const).every((field) => {
    const wanted = pattern?.[field];
    const literal = Array.isArray(wanted) && wanted.every((value) => typeof value === 'string');
    return !literal || wanted.includes(event[field]);
  });
}

export interface RawEvent {
  readonly id: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
  readonly time: string;
  readonly account: string;
  readonly region: string;
  readonly resources?: readonly string[];
}

const PARTS: Parts = {
  id: 'text?',
  source: 'text',
  'detail-type': 'text',
  time: 'time',
  account: 'text?',
  region: 'text?',
  resources: 'texts?',
};

export function decode(event: RawEvent): EventBridgeEvent {
  requireParts('eventbridge', event, PARTS);
  const { source, detail } = event;
  const [id, account, region] = [event.id ?? '', event.account ?? '', event.region ?? ''];
  const resources = event.resources ?? [];
  const time = new Date(event.time);
  return {
    id,
    source,
    detailType: event['detail-type'],
    detail,
    time,
    account,
    region,
    resources,
    raw: event,
  };
}
