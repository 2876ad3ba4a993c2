/** An event as EventSource takes it (HTML, "Server-sent events"). */
export interface ServerSentEvent {
  /** The listener's name. Default `message`. */
  readonly event?: string;
  /** Text as it is, anything else as JSON. A client is told of no event without it. */
  readonly data?: unknown;
  /** Comes back as `lastEventId`. */
  readonly id?: string;
  /** What the client waits before it connects again, ms. */
  readonly retry?: number;
  /** For whoever looks at the stream; clients ignore it. */
  readonly comment?: string;
}

const LINE_END = /\r\n|\r|\n/;

/** @throws TypeError for what would be read as something else */
export function eventText({ event, data, id, retry, comment }: ServerSentEvent): string {
  const lines: string[] = [];
  if (comment !== undefined) lines.push(...comment.split(LINE_END).map((line) => `: ${line}`));
  if (event !== undefined) lines.push(`event: ${oneLine('event', event)}`);
  if (id !== undefined) lines.push(`id: ${oneLine('id', id)}`);
  if (retry !== undefined) lines.push(`retry: ${milliseconds(retry)}`);
  if (data !== undefined)
    lines.push(
      ...textOf(data)
        .split(LINE_END)
        .map((line) => `data: ${line}`),
    );
  if (lines.length === 0) throw new TypeError('an event has data, or at least a comment, an id or retry');
  return `${lines.join('\n')}\n\n`;
}

function textOf(data: unknown): string {
  if (typeof data === 'string') return data;
  const json: string | undefined = JSON.stringify(data);
  if (json === undefined) throw new TypeError(`the data of an event is text or JSON, not a ${typeof data}`);
  return json;
}

function oneLine(name: string, value: string): string {
  if (typeof value === 'string' && !/[\r\n\0]/.test(value)) return value;
  throw new TypeError(`the ${name} of an event is one line of text, not ${JSON.stringify(value)}`);
}

export function milliseconds(value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError(`retry is a whole number of milliseconds, not ${value}`);
}
