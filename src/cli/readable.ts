/** Log lines for who reads them at a terminal. */
import { styleText } from 'node:util';
import { FlagError } from './flag-values.ts';

/** A JSON line's object. */
export type LogRecord = Readonly<Record<string, unknown>>;

/** Whether lines on this stream are for a terminal; AMPHI_LOG_FORMAT=text or json says so where that is wrong. */
export function isReadable(stream: NodeJS.WriteStream): boolean {
  const { AMPHI_LOG_FORMAT: format } = process.env;
  return format === 'text' || (format !== 'json' && stream.isTTY === true);
}

/** @throws FlagError for what is no format */
export function checkLogFormat({ AMPHI_LOG_FORMAT: format }: NodeJS.ProcessEnv): void {
  if (format === undefined || ['', 'text', 'json'].includes(format)) return;
  throw new FlagError(`AMPHI_LOG_FORMAT ${JSON.stringify(format)}: it must be text or json`);
}

/** The object of a JSON line; `undefined` for any other text. */
export function parsed(message: string): LogRecord | undefined {
  if (!message.startsWith('{')) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

/** Time, level, where it is from, message, fields; then the stacks of errors. A metric has no level, and its value as a field. */
export function readableRecord(record: LogRecord, time: Date, where = ''): string {
  const { timestamp: _, level = '', message = '', _aws, ...fields } = record;
  const stacks: string[] = [];
  const shown = Object.entries(fields).map(([name, value]) => {
    const { stack, message: why } = (value ?? {}) as { stack?: unknown; message?: unknown };
    if (typeof stack === 'string') stacks.push(indented(stack));
    return ` ${dim(`${name}=`)}${text(typeof stack === 'string' ? why : value)}`;
  });
  const name = _aws === undefined ? painted(String(level)) : dim('METRIC');
  const from = where === '' ? '' : `${dim(where)} `;
  const line = `${dim(time.toISOString().slice(11, 23))} ${name} ${from}${text(message)}${shown.join('')}`;
  return [line, ...stacks].join('\n');
}

/** Turns JSON lines into readable ones. */
export function readable(line: string): string {
  const record = parsed(line);
  if (record === undefined) return line;
  const { timestamp } = record;
  return `${readableRecord(record, typeof timestamp === 'string' ? new Date(timestamp) : new Date())}\n`;
}

export const dim = (text: string): string => styleText('dim', text, { stream: process.stdout });

const STYLES = { WARN: 'yellow', ERROR: 'red', FATAL: 'red' } as const;

function painted(level: string): string {
  const style = (STYLES as Readonly<Record<string, 'yellow' | 'red'>>)[level];
  const padded = level.padEnd(5);
  return style === undefined ? padded : styleText(style, padded, { stream: process.stdout });
}

const text = (value: unknown): string =>
  printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const indented = (stack: string): string =>
  stack
    .split('\n')
    .map((line) => `    ${printable(line.trim())}`)
    .join('\n');

/** Control characters of a log would act on the terminal. */
export const printable = (line: string): string => line.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd');
