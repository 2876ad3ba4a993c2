import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Connections } from './connections.ts';

/** A reader that takes nothing of its reply for so long is cut. */
const STALLED_MS = 60_000;
const LOOK_MS = 5_000;

/** Whether a reply waits for its reader, and not for its handler. */
export function isStalled(socket: Socket, response: ServerResponse): boolean {
  return response.writableLength > 0 || socket.writableLength > 0;
}

/** Whether the rest of an upload is waited for. */
export function isUploading(response: ServerResponse): boolean {
  return !response.req.complete;
}

/** Cuts readers that never read: each holds a reply in memory. @returns how to stop */
export function watchReaders(connections: Connections): () => void {
  const timer = setInterval(() => {
    const now = Date.now();
    connections.look(now);
    for (const [socket, response] of connections.quiet(now, STALLED_MS)) {
      if (response && isStalled(socket, response)) socket.destroy();
    }
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}
