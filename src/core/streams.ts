import type { BodyStream } from './types.ts';

export function isStream(value: unknown): value is BodyStream {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
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
