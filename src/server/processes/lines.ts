import type { Readable, Writable } from 'node:stream';

const LINE_FEED = 10;

/**
 * Passes on whole lines: of what several processes write into one pipe the kernel keeps no more than 4096 bytes together.
 */
export function relayLines(from: Readable, to: Writable): void {
  let rest: Buffer[] = [];
  const pass = (bytes: Buffer) => void to.write(bytes);
  from.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end === 0) {
      rest.push(chunk);
      return;
    }
    pass(
      rest.length === 0 && end === chunk.length ? chunk : Buffer.concat([...rest, chunk.subarray(0, end)]),
    );
    rest = end === chunk.length ? [] : [chunk.subarray(end)];
  });
  from.on('error', () => {});
  // A process that was killed may have left a line that it did not end.
  from.once('close', () => rest.length > 0 && pass(Buffer.concat([...rest, Buffer.of(LINE_FEED)])));
}
