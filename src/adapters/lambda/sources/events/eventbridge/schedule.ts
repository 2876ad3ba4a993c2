import type { EventSource } from '../../../../../core/index.ts';
import { isFrom } from '../../detect.ts';
import { THROUGH_QUEUE } from '../shared/delivery.ts';
import { defineSource } from '../shared/event-source.ts';
import { optionError } from '../shared/option-checks.ts';
import type { ScheduleTrigger } from '../shared/triggers.ts';
import { decode, type EventBridgeEvent, type RawEvent } from './index.ts';

export interface ScheduleOptions<Input = unknown> {
  /** `rate(5 minutes)` or `cron(0 3 * * ? *)`, in UTC; without it the template declares no trigger. */
  readonly expression?: string;
  /**
   * JSON that the handler gets in place of EventBridge's event. Whatever comes is taken then: a schedule that is set up
   * elsewhere (EventBridge Scheduler) may put context attributes into its input.
   */
  readonly input?: Input;
}

const RATE = /^rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)$/;
const CRON = /^cron\(\S+( \S+){5}\)$/;

/**
 * Calls on a schedule by EventBridge; `resources[0]` is the ARN of the rule.
 * @throws ConfigError
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { schedule } from 'amphi/events';
 *
 * export const registry = createRegistry({ name: 'orders' });
 *
 * registry.event('nightly', schedule({ expression: 'cron(0 3 * * ? *)' }), ({ time }) => {
 *   console.log(time.toISOString()); // 2025-11-25T00:00:00.000Z
 * });
 * ```
 */
export function schedule<Input>(
  options: ScheduleOptions<Input> & { readonly input: Input },
): EventSource<Input, unknown, ScheduleTrigger>;
export function schedule(
  options?: ScheduleOptions<undefined>,
): EventSource<EventBridgeEvent, unknown, ScheduleTrigger>;
export function schedule(options: ScheduleOptions = {}): EventSource<never, unknown, ScheduleTrigger> {
  const { expression, input } = options;
  if (expression !== undefined && !RATE.test(expression) && !CRON.test(expression)) {
    const want = 'it must be rate(1 minute), rate(N minutes|hours|days) or cron() of six fields';
    throw optionError('schedule', 'expression', expression, want);
  }
  const trigger: ScheduleTrigger | undefined =
    expression === undefined
      ? undefined
      : { type: 'schedule', expression, ...(input === undefined ? {} : { input }) };
  return defineSource<unknown, unknown, ScheduleTrigger>({
    type: 'schedule',
    onInstances: THROUGH_QUEUE,
    trigger,
    matches: (event) => isFrom(event, 'eventbridge') && isScheduled(event as RawEvent),
    accepts: () => input !== undefined,
    run: (event: RawEvent, context, handler) => handler(input === undefined ? decode(event) : event, context),
  }) as EventSource<never, unknown, ScheduleTrigger>;
}

function isScheduled(event: RawEvent): boolean {
  // The second is EventBridge Scheduler, which is set up outside of the template.
  return event['detail-type'] === 'Scheduled Event' && ['aws.events', 'aws.scheduler'].includes(event.source);
}
