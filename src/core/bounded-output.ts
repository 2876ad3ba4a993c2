import type { Writable } from 'node:stream';

/**
 * Bytes that may wait for a reader; what is written beyond is dropped. A handler that logs the largest event in one turn
 * of the event loop, in which nothing can be read, loses nothing.
 */
const MOST_WAITING = 1 << 23;

type Callback = (error?: unknown) => void;
type Write = (chunk: unknown, encoding?: unknown, callback?: unknown) => boolean;

const bounded = new WeakSet<Writable>();

/**
 * Keeps a process going, in bounded memory, whatever becomes of those who read its log. What a reader that is gone or
 * stalled, or a full disk, does not take is dropped and counted; a line tells the count once writing works again.
 */
export function boundOutput(stream: Writable): Writable {
  if (bounded.has(stream)) return stream;
  bounded.add(stream);
  const write = stream.write.bind(stream) as Write;
  let dropped = 0;
  // A full disk may have taken the beginning of a line.
  let lineEnd = '';
  const attempt: Write = (chunk, encoding, callback) =>
    write(chunk, encoding, (error?: unknown) => {
      if (error) {
        dropped += linesOf(chunk);
        lineEnd = '\n';
      }
      (callback as Callback | undefined)?.(error);
    });
  const tell = () => {
    const line = { timestamp: new Date(), level: 'WARN', message: 'log lines were dropped', count: dropped };
    const told = dropped;
    dropped = 0;
    write(`${lineEnd}${JSON.stringify(line)}\n`, (error?: unknown) => {
      if (error) dropped += told;
      else lineEnd = '';
    });
  };
  stream.on('error', () => {}).on('drain', () => dropped && tell());
  stream.write = (chunk: unknown, ...rest: unknown[]) => {
    const [encoding, callback] = typeof rest[0] === 'function' ? [undefined, ...rest] : rest;
    if (stream.writableLength > MOST_WAITING && chunk !== '') {
      dropped += linesOf(chunk);
      if (callback) process.nextTick(callback as Callback);
      return false;
    }
    if (dropped) tell();
    return attempt(chunk, encoding, callback);
  };
  return stream;
}

function linesOf(chunk: unknown): number {
  return String(chunk).split('\n').length - 1;
}
