import { readFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import type { Logger } from '../core/index.ts';

/** Descriptors below the limit at which the next connections are about to be turned away. */
const LAST_FEW = 4;

/** Once in such a time, however often the last descriptor is taken. */
const QUIET_MS = 60_000;

/**
 * Logs when a server's process has used up its file descriptors. The kernel's queue is emptied all the same: libuv accepts
 * such a connection and closes it at once, and tells nobody. Requests under way go on, and new ones are taken again once
 * a descriptor is free. A new descriptor always has the lowest free number, so its height tells how many are in use.
 */
export function watchDescriptors(server: Server, logger: Logger): void {
  const limit = softLimit();
  let quietUntil = 0;
  server.on('connection', (socket: Socket & { _handle?: { fd?: number } | null }) => {
    const { fd = -1 } = socket._handle ?? {};
    if (fd < limit - LAST_FEW || Date.now() < quietUntil) return;
    quietUntil = Date.now() + QUIET_MS;
    logger.error('file descriptors run out: connections are closed until some are free', { limit });
  });
}

/** RLIMIT_NOFILE; without an answer there is none. */
function softLimit(): number {
  try {
    return Number(/^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))![1]);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
