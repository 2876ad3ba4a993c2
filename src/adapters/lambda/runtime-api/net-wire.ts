import type { Socket } from 'node:net';
import type { Address } from './address.ts';
import { PEER_CLOSED, READ_BYTES, type Wire, type WireEvents } from './wire.ts';

/** A wire by node:net, which is loaded for it. */
export function netWire({ host, port }: Address, { read, drained, lost }: WireEvents): Wire {
  const { connect } = process.getBuiltinModule('node:net');
  const onread = {
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
    callback: (length: number, buffer: Uint8Array): boolean => {
      if (!over) read((buffer as Buffer).subarray(0, length) as Buffer);
      return true;
    },
  };
  let over = false;
  const end = (reason: string): void => {
    if (over) return;
    over = true;
    socket.destroy();
    lost(reason);
  };
  const socket: Socket = connect({ host, port, noDelay: true, onread });
  socket.on('drain', drained);
  socket.on('error', (error) => end(error.message));
  socket.on('end', () => end(PEER_CLOSED));
  socket.on('close', () => end('the connection was closed'));
  return {
    write: (data) => socket.write(data),
    destroy: () => {
      over = true;
      socket.destroy();
    },
  };
}
