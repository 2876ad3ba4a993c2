/** What a process of `amphi dev` and that itself say to each other. */
import type { Socket } from 'node:net';
import type { HttpServerOptions } from '../adapters/http/index.ts';

export const isOfDev = (): boolean => process.env.AMPHI_DEV === '1' && process.send !== undefined;

/** Ends this process when `amphi dev` says so, or has ended itself. @param before called first */
export function endWithDev(before = () => {}): void {
  if (!isOfDev()) return;
  // Not sent: without a listener or a parent nothing would keep the process until the signal comes.
  const end = () => void process.emit('SIGTERM', 'SIGTERM');
  process.on('message', (message) => {
    if (message !== 'retire') return;
    before();
    end();
  });
  process.once('disconnect', end);
}

/** Connections come from `amphi dev`, which keeps the port while the service starts again. */
export function handedConnections(): HttpServerOptions['accept'] {
  if (!isOfDev()) return undefined;
  return ({ take, closeIdle }) => {
    process.on('message', (message, socket) => {
      if (message === 'connection' && socket !== undefined) take(socket as Socket);
    });
    endWithDev(closeIdle);
    process.send!('ready');
  };
}
