import type { StackEvent } from '@aws-sdk/client-cloudformation';
import type { Aws } from './aws.ts';
import { paint } from './paint.ts';
import { pollUntil } from './poll-until.ts';
import { printable } from './table.ts';

/** How an operation on a stack ended. */
export interface StackOutcome {
  /** Last status of the stack. */
  readonly status: string;
  /** The first resource that failed of its own accord, and why. */
  readonly failure?: string;
  /** Logical names of resources that a deletion retained. */
  readonly retained: readonly string[];
}

/** Reads a stack's events once each, in their order. */
export class EventReader {
  readonly #aws: Aws;
  readonly #stackId: string;
  readonly #seen = new Set<string>();

  constructor(aws: Aws, stackId: string) {
    this.#aws = aws;
    this.#stackId = stackId;
  }

  /** The events since the last call, oldest first. The newest come first from AWS, 100 a page. */
  async next(): Promise<StackEvent[]> {
    const found: StackEvent[] = [];
    for (let token: string | undefined; ; ) {
      const { cloudFormation, sdk } = this.#aws;
      const { StackEvents = [], NextToken } = await cloudFormation.send(
        new sdk.DescribeStackEventsCommand({ StackName: this.#stackId, NextToken: token }),
      );
      const fresh = StackEvents.filter(({ EventId }) => !this.#seen.has(EventId!));
      found.push(...fresh);
      token = NextToken;
      if (!token || fresh.length < StackEvents.length || this.#seen.size === 0) break;
    }
    for (const { EventId } of found) this.#seen.add(EventId!);
    return found.reverse();
  }
}

/**
 * Shows a stack's events until its operation is over.
 * @param reader one that has read all events from before the operation
 */
export async function follow(reader: EventReader, show: (event: StackEvent) => void): Promise<StackOutcome> {
  const events: StackEvent[] = [];
  const last = await pollUntil(async () => {
    const fresh = await reader.next();
    fresh.forEach(show);
    events.push(...fresh);
    return fresh.find((event) => isOfStack(event) && !event.ResourceStatus?.endsWith('_IN_PROGRESS'));
  });
  const retained = events.filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_SKIPPED');
  return {
    status: last.ResourceStatus!,
    failure: firstFailure(events),
    retained: retained.map(({ LogicalResourceId }) => LogicalResourceId!),
  };
}

function isOfStack({ PhysicalResourceId, StackId }: StackEvent): boolean {
  return PhysicalResourceId === StackId;
}

/** The cause: what fails later is mostly cancelled because of the first one. */
export function firstFailure(events: readonly StackEvent[]): string | undefined {
  const failed = events.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'));
  const cause =
    failed.find((event) => !isOfStack(event) && !/cancelled/i.test(event.ResourceStatusReason ?? '')) ??
    failed[0] ??
    events.find((event) => isOfStack(event) && /ROLLBACK_IN_PROGRESS$/.test(event.ResourceStatus ?? ''));
  if (!cause) return undefined;
  const { LogicalResourceId, ResourceType, ResourceStatusReason, ResourceStatus } = cause;
  const reason = printable(ResourceStatusReason) || ResourceStatus;
  const told = signalReasons(events, LogicalResourceId).map((text) => `; ${text}`);
  return `${LogicalResourceId} (${ResourceType}): ${reason}${told.join('')}`;
}

/** What instances have said of their failed starts, which stands in earlier events of the same resource: `i-1: reason`. */
function signalReasons(events: readonly StackEvent[], resource: string | undefined): string[] {
  const signals = events
    .filter(({ LogicalResourceId }) => LogicalResourceId === resource)
    .map(({ ResourceStatusReason = '' }) =>
      /FAILURE signal with UniqueId (i-\w+):([\w.-]+)/.exec(ResourceStatusReason),
    );
  return signals.flatMap((found) => (found ? `${found[1]}: ${found[2]}` : []));
}

/** One row of the live table: fixed columns, as later rows are not known yet. */
export function eventLine(event: StackEvent): string {
  const time = event.Timestamp?.toISOString().slice(11, 19) ?? '';
  const columns = [
    time,
    (event.ResourceStatus ?? '').padEnd(27),
    (event.LogicalResourceId ?? '').padEnd(28),
    (event.ResourceType ?? '').padEnd(36),
    printable(event.ResourceStatusReason),
  ];
  return columns.join(' ').trimEnd();
}

/** The same on a terminal, failures marked. */
export function liveLine(event: StackEvent): string {
  const status = event.ResourceStatus ?? '';
  const line = eventLine(event);
  if (/FAILED$|ROLLBACK/.test(status)) return paint('red', line);
  return status.endsWith('_COMPLETE') ? paint('green', line) : line;
}
