import { setTimeout as sleep } from 'node:timers/promises';
import type { Aws } from './aws.ts';
import { isTransient } from './errors.ts';
import { resourcesOf } from './status.ts';

/** A log group of a stack. */
export interface LogGroup {
  /** Logical name. */
  readonly name: string;
  readonly id: string;
}

export interface LogEvent {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Logical name of the group. */
  readonly group: string;
  readonly stream: string;
  /** Without its line end. */
  readonly message: string;
}

export async function logGroupsOf(aws: Aws, stackId: string): Promise<LogGroup[]> {
  const resources = await resourcesOf(aws, stackId);
  return resources.flatMap(({ ResourceType, LogicalResourceId, PhysicalResourceId }) =>
    ResourceType === 'AWS::Logs::LogGroup' && PhysicalResourceId
      ? [{ name: LogicalResourceId!, id: PhysicalResourceId }]
      : [],
  );
}

/** The events of one group, oldest first, page by page. */
async function* eventsOf(aws: Aws, { name, id }: LogGroup, since: number): AsyncGenerator<LogEvent> {
  let nextToken: string | undefined;
  do {
    const page = await aws.logs.send(
      new aws.sdk.FilterLogEventsCommand({ logGroupName: id, startTime: since, nextToken }),
    );
    for (const { eventId = '', timestamp = 0, logStreamName = '', message = '' } of page.events ?? [])
      yield {
        ...{ id: eventId, time: timestamp, group: name, stream: logStreamName },
        message: message.replace(/\r?\n$/, ''),
      };
    nextToken = page.nextToken;
  } while (nextToken);
}

/** The events of all groups by time; no more than a page of each is held. */
export async function* mergedEvents(
  aws: Aws,
  groups: readonly LogGroup[],
  since: number,
): AsyncGenerator<LogEvent> {
  const sources = groups.map((group) => eventsOf(aws, group, since));
  const heads = await Promise.all(sources.map((source) => source.next()));
  for (;;) {
    let first: number | undefined;
    for (const [at, { done, value }] of heads.entries())
      if (!done && (first === undefined || value.time < heads[first]!.value.time)) first = at;
    if (first === undefined) return;
    yield heads[first]!.value as LogEvent;
    heads[first] = await sources[first]!.next();
  }
}

const PAUSE_MS = 2000;

/** Events come to CloudWatch Logs out of order and late by some seconds: each look goes back so far. */
const OVERLAP_MS = 15_000;

/** Consecutive failures, beyond the SDK's own retries, after which following gives up. */
const MOST_FAILURES = 20;

/** All events since a time and, when following, those that come, until the signal. */
export async function* followEvents(
  aws: Aws,
  groups: readonly LogGroup[],
  since: number,
  follow: AbortSignal | undefined,
): AsyncGenerator<LogEvent> {
  const seen = new Map<string, number>();
  let from = since;
  for (let failures = 0; ; ) {
    try {
      for await (const event of mergedEvents(aws, groups, from)) {
        const key = `${event.group} ${event.id}`;
        if (seen.has(key)) continue;
        seen.set(key, event.time);
        yield event;
      }
      failures = 0;
    } catch (error) {
      if (!follow || !isTransient(error) || ++failures >= MOST_FAILURES) throw error;
    }
    if (!follow || follow.aborted) return;
    from = Math.max(since, Math.max(...seen.values(), since) - OVERLAP_MS);
    for (const [key, time] of seen) if (time < from) seen.delete(key);
    await sleep(PAUSE_MS, undefined, { signal: follow }).catch(() => {});
    if (follow.aborted) return;
  }
}
