import type { Socket } from 'node:net';
import type { HttpServerOptions } from '../adapters/http/index.ts';

/**
 * In a process of `amphi dev`: connections come from it, as it keeps the port while the service starts again. It says
 * when this process has to go, and when it goes itself, so does this.
 */
export function handedConnections(): HttpServerOptions['accept'] {
  if (process.env.AMPHI_DEV !== '1' || process.send === undefined) return undefined;
  return ({ take, closeIdle }) => {
    const end = () => process.kill(process.pid, 'SIGTERM');
    process.on('message', (message, socket) => {
      if (message === 'connection' && socket !== undefined) take(socket as Socket);
      if (message !== 'retire') return;
      closeIdle();
      end();
    });
    process.once('disconnect', end);
    process.send!('ready');
  };
}
