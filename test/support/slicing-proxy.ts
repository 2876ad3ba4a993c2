import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface SlicingProxy {
  readonly address: string;
  close(): Promise<void>;
}

/** A TCP proxy that passes what the server sends in slices of `size` bytes, each in its own turn. */
export async function startSlicingProxy(target: string, size: number): Promise<SlicingProxy> {
  const sockets = new Set<Socket>();
  const port = Number(target.slice(target.lastIndexOf(':') + 1));
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: '127.0.0.1', port, noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => sockets.delete(socket));
    }
    client.pipe(upstream);
    void pump(upstream, client, size);
    client.once('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function pump(from: Socket, to: Socket, size: number): Promise<void> {
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += size) {
        to.write(chunk.subarray(at, at + size));
        await new Promise(setImmediate);
      }
    }
    to.end();
  } catch {
    to.destroy();
  }
}
