import { styleText } from 'node:util';
import type { LogEvent } from '../../../infra/deploy/index.ts';

/** An event for a terminal: time, level, where it is from, message, fields. What is no JSON line stays as it is. */
export function readableLine(event: LogEvent): string {
  const record = parsed(event.message);
  const time = new Date(event.time).toISOString().slice(11, 23);
  const where = styleText('dim', sourceOf(event), { stream: process.stdout });
  if (record === undefined) return `${time}        ${where} ${printable(event.message)}`;
  const { timestamp: _, level = '', message = '', ...fields } = record;
  const shown = Object.entries(fields).map(([name, value]) => ` ${name}=${text(value)}`);
  return `${time} ${painted(String(level))} ${where} ${text(message)}${shown.join('')}`;
}

/** Where an event is from: the function by its logical name, or instance and file. */
export function sourceOf({ group, stream }: LogEvent): string {
  const name = /^(\w+)FunctionLogs$/.exec(group)?.[1];
  return name ?? stream;
}

/** The object of a JSON line; `undefined` for any other text. */
export function parsed(message: string): Readonly<Record<string, unknown>> | undefined {
  if (!message.startsWith('{')) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

const STYLES = { WARN: 'yellow', ERROR: 'red', FATAL: 'red' } as const;

function painted(level: string): string {
  const style = (STYLES as Readonly<Record<string, 'yellow' | 'red'>>)[level];
  const padded = level.padEnd(5);
  return style === undefined ? padded : styleText(style, padded, { stream: process.stdout });
}

const text = (value: unknown): string =>
  printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** Control characters of a log would act on the terminal. */
const printable = (line: string): string => line.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd');
