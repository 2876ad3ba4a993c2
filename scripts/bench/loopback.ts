/** A server on a free port of the loopback address. */
import type { AddressInfo, Server } from 'node:net';

export function listenOnLoopback(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
}

/** Host and port. */
export const addressOf = (server: Server): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
