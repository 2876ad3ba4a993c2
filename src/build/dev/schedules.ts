/** Schedules by their expressions, as EventBridge runs them: an event to the Invoke API, and nobody waits for the answer. */
import { randomUUID } from 'node:crypto';
import { Cron } from 'croner';
import type { DescribedFunction } from './inventory.ts';

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

export interface Schedules {
  readonly count: number;
  stop(): void;
}

/** @param url where the service's Invoke API is */
export function runSchedules(
  functions: readonly DescribedFunction[],
  url: string,
  say: (line: string) => void,
): Schedules {
  const stops = functions.flatMap(({ name, trigger }) => {
    if (trigger?.type !== 'schedule') return [];
    const fire = () => void invoke(url, name, trigger.input ?? scheduledEvent(name, new Date()), say);
    return onSchedule(String(trigger.expression), fire);
  });
  return { count: stops.length, stop: () => stops.forEach((stop) => void stop()) };
}

/**
 * Calls at the times of `rate(5 minutes)` or `cron(0 3 * * ? *)`, in UTC.
 * @returns how to stop
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function onSchedule(expression: string, fire: () => void): () => void {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (unit !== undefined) {
    const timer = setInterval(fire, Number(count) * UNIT_MS[unit]!);
    return () => clearInterval(timer);
  }
  const job = cronJob(expression, fire);
  return () => job.stop();
}

/** The times of a `cron()` expression after a moment, for tests and for who asks. */
export function nextRuns(expression: string, count: number, after: Date): Date[] {
  return cronJob(expression).nextRuns(count, after);
}

function cronJob(expression: string, fire?: () => void): Cron {
  const fields = /^cron\((.*)\)$/.exec(expression)![1]!;
  // EventBridge counts weekdays from Sunday as 1, takes 0/15 for from 0 on, and knows no seconds.
  const options = { timezone: 'UTC', alternativeWeekdays: true, mode: '7-part', sloppyRanges: true } as const;
  return fire === undefined ? new Cron(`0 ${fields}`, options) : new Cron(`0 ${fields}`, options, fire);
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/ref/events.html "Scheduled Event" */
function scheduledEvent(name: string, time: Date): object {
  return {
    ...{ version: '0', id: randomUUID(), 'detail-type': 'Scheduled Event', source: 'aws.events' },
    ...{ account: '123456789012', time: `${time.toISOString().slice(0, 19)}Z`, region: 'us-east-1' },
    resources: [`arn:aws:events:us-east-1:123456789012:rule/${name}`],
    detail: {},
  };
}

async function invoke(url: string, name: string, event: unknown, say: (line: string) => void): Promise<void> {
  try {
    const response = await fetch(`${url}/2015-03-31/functions/${name}/invocations`, {
      method: 'POST',
      headers: { 'x-amz-invocation-type': 'Event' },
      body: JSON.stringify(event),
    });
    if (response.status !== 202) say(`schedule of ${name}: the Invoke API answered ${response.status}`);
  } catch (error) {
    say(`schedule of ${name}: ${(error as Error).message}`);
  }
}
