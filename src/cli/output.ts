import { setTimeout as sleep } from 'node:timers/promises';
import {
  boundOutput,
  createLogger,
  createMetrics,
  type LogFields,
  type Logger,
  logLevelFrom,
  type Metrics,
} from '../core/index.ts';
import { isReadable, readable } from './readable.ts';

const LINE_FEED = 10;

/** Writes and waits until the text is handed over, so an exit right after loses nothing. */
export function print(text: string | Buffer, stream: NodeJS.WriteStream = process.stdout): Promise<void> {
  const bytes = Buffer.from(text);
  const whole = bytes.at(-1) === LINE_FEED ? bytes : Buffer.concat([bytes, Buffer.of(LINE_FEED)]);
  return new Promise((resolve, reject) => {
    stream.write(whole, (error) => (error ? reject(error) : resolve()));
  });
}

/** Writes lines on a stream: JSON, unless that is a terminal. */
function lineWriter(stream: NodeJS.WriteStream): (line: string) => void {
  return isReadable(stream) ? (line) => void stream.write(readable(line)) : (line) => void stream.write(line);
}

/** A log on a stream: standard output for servers, standard error where the output is a result. */
export function streamLogger(stream: NodeJS.WriteStream, fields: LogFields = {}): Logger {
  return createLogger({ level: logLevelFrom(process.env), write: lineWriter(stream), fields });
}

/** What handlers measure, as lines of the same stream. */
export function streamMetrics(stream: NodeJS.WriteStream, service: string): Metrics {
  const namespace = process.env.AMPHI_METRICS_NAMESPACE || service;
  return createMetrics({ namespace, service, write: lineWriter(stream) });
}

/** How long a server waits in the end for a reader of its log that may be stalled, milliseconds. */
const LAST_LINES_MS = 1000;
let serving = false;

/**
 * Ends the process although a handler left timers or sockets open, but never before output is written. A server whose
 * reader is stalled ends all the same.
 */
export async function exitFlushed(code: number): Promise<never> {
  const flushed = Promise.all([process.stdout, process.stderr].map(flush));
  await (serving ? Promise.race([flushed, sleep(LAST_LINES_MS)]) : flushed);
  process.exit(code);
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

/** `app describe | head` closes the pipe early: that is no failure. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`app: standard output: ${error.message}\n`);
  process.exit(1);
}

/** Of what goes to standard error nothing is needed for the result. */
function ignoreError(): void {}

/** For commands whose output is a result. */
export function tolerateClosedPipe(): void {
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', ignoreError);
}

/** For commands whose output is a log: they serve on when it cannot be written. @see boundOutput */
export function outliveReaders(): void {
  serving = true;
  process.stdout.off('error', onOutputError);
  boundOutput(process.stdout);
  boundOutput(process.stderr);
}
