import type { BodyStream } from './types.ts';

export function isStream(value: unknown): value is BodyStream {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Releases a stream that nobody will read. */
export function discardBody(body: unknown): void {
  if (isStream(body)) release(body as Releasable).catch(() => {});
}

interface Releasable {
  destroy?(): unknown;
  cancel?(): unknown;
  return?(): unknown;
}

/** Readable, ReadableStream, and async generator, in this order. */
async function release(stream: Releasable): Promise<void> {
  if (stream.destroy) await stream.destroy();
  else if (stream.cancel) await stream.cancel();
  else await stream.return?.();
}
