import type { BodyStream } from './messages.ts';

export function isStream(value: unknown): value is BodyStream {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** The bytes of a stream, piece by piece. @throws TypeError where it gives neither text nor bytes */
export async function* bytesOf(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) yield toBytes(piece);
}

export function toBytes(piece: unknown): Uint8Array {
  if (typeof piece === 'string') return Buffer.from(piece);
  if (piece instanceof Uint8Array) return piece;
  throw new TypeError(`a stream gives text or bytes, not ${piece === null ? 'null' : typeof piece}`);
}

/** Releases a stream that nobody will read. */
export function discardBody(body: unknown): void {
  if (isStream(body)) release(body as Releasable).catch(() => {});
}

interface Releasable {
  on?(event: 'error', listener: () => void): unknown;
  destroy?(): unknown;
  cancel?(): unknown;
  return?(): unknown;
}

/** Readable, ReadableStream, and async generator, in this order. */
async function release(stream: Releasable): Promise<void> {
  // A file that cannot be opened says so after destroy(), and would end the process.
  stream.on?.('error', () => {});
  if (stream.destroy) await stream.destroy();
  else if (stream.cancel) await stream.cancel();
  else await stream.return?.();
}

/** The stream, which fails where it gives another number of bytes than it said. */
export async function* exactly(body: BodyStream, length: number): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of body) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    sent += bytes.length;
    if (sent > length) break;
    yield bytes;
  }
  if (sent === length) return;
  throw new RangeError(
    `the stream has ${sent > length ? 'more' : `${sent}`} bytes, its content-length says ${length}`,
  );
}
