import type { LogEvent } from '../../../infra/deploy/index.ts';
import { dim, parsed, printable, readableRecord } from '../readable.ts';

/** An event for a terminal. What is no JSON line stays as it is. */
export function readableLine(event: LogEvent): string {
  const record = parsed(event.message);
  const time = new Date(event.time);
  if (record !== undefined) return readableRecord(record, time, sourceOf(event));
  return `${dim(time.toISOString().slice(11, 23))}        ${dim(sourceOf(event))} ${printable(event.message)}`;
}

/** Where an event is from: the function by its logical name, or instance and file. */
export function sourceOf({ group, stream }: LogEvent): string {
  const name = /^(\w+)FunctionLogs$/.exec(group)?.[1];
  return name ?? stream;
}
