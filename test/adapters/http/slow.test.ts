// Clients that send or read slowly, or end their side early.
import t from 'tap';
import { Connections } from '../../../src/adapters/http/connections.ts';
import { isStalled } from '../../../src/adapters/http/slow-clients.ts';
import { RawClient, startFor, until } from './support.ts';

t.test('a client that half-closes before a slow reply still gets it, and the handler is told', async (t) => {
  const release = Promise.withResolvers<void>();
  const aborted: boolean[] = [];
  const { server } = await startFor(t, (registry) =>
    registry.get('/', async (_request, context) => {
      context.signal.addEventListener('abort', () => release.resolve());
      await release.promise;
      aborted.push(context.signal.aborted);
      return 'all the same';
    }),
  );
  const client = new RawClient(server.port);
  client.socket.end('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await client.closed;
  t.match(client.received, /200 OK.*all the same$/s);
  t.strictSame(aborted, [true]);
});

t.test('a half-closed client gets a stream to its end', async (t) => {
  const { server } = await startFor(t, (registry) =>
    registry.get('/', async function* () {
      for (let i = 0; i < 5; i++) {
        yield `${i};`;
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    } as never),
  );
  const client = new RawClient(server.port);
  client.socket.end('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await client.closed;
  t.match(client.received, /4;\r\n0\r\n\r\n$/);
});

t.test('a request timeout ends a stream too', async (t) => {
  const { server } = await startFor(
    t,
    (registry) =>
      registry.get('/', async function* () {
        yield 'first;';
        await new Promise(() => {});
      } as never),
    { requestTimeoutMs: 100 },
  );
  const client = new RawClient(server.port);
  client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await client.closed;
  t.match(client.received, /first;/);
  t.notMatch(client.received, /\r\n0\r\n\r\n$/, 'it is told by the missing end');
});

t.test('a drain cuts who neither reads nor sends, and is clean', async (t) => {
  const { server, lines } = await startFor(
    t,
    (registry) =>
      registry
        .get('/large', () => Buffer.alloc(32 * 1024 * 1024))
        .post('/upload', async (request) => `${(await request.bytes()).length}`),
    { drainTimeoutMs: 20_000 },
  );
  const [reader, sender] = [new RawClient(server.port), new RawClient(server.port)];
  reader.socket.pause();
  reader.write('GET /large HTTP/1.1\r\nhost: a\r\n\r\n');
  sender.write('POST /upload HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf');
  await new Promise((resolve) => setTimeout(resolve, 200));
  await server.close();
  reader.socket.resume();
  await Promise.all([reader.closed, sender.closed]);
  t.notOk(lines.some(({ message }) => message === 'drain timed out, aborting'));
});

t.test('more connections than the cap are closed at once', async (t) => {
  const { server } = await startFor(t, (registry) => registry.get('/', () => 'x'), { maxConnections: 2 });
  const clients = Array.from({ length: 4 }, () => new RawClient(server.port));
  for (const client of clients) client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await until(
    () => clients.filter(({ received }) => received.includes('200 OK')).length === 2,
    'two answers',
  );
  await until(() => clients.filter(({ socket }) => socket.destroyed).length === 2, 'two refusals');
  for (const { socket } of clients) socket.destroy();
});

t.test(
  'a quiet connection is told from one that moves, and a stalled reader from a waiting one',
  async (t) => {
    const listeners = new Map<string, (socket: unknown) => void>();
    const server = {
      on: (event: string, listener: (socket: unknown) => void) => listeners.set(event, listener),
    };
    const connections = new Connections(server as never, false);
    const socket = { bytesRead: 0, bytesWritten: 0, once: () => {}, writableLength: 0 };
    listeners.get('connection')!(socket);
    const now = Date.now() + 10_000;
    connections.look(now);
    t.equal([...connections.quiet(now, 5_000)].length, 1);
    socket.bytesRead = 1;
    connections.look(now);
    t.equal([...connections.quiet(now, 5_000)].length, 0);
    t.equal(isStalled(socket as never, { writableLength: 0 } as never), false);
    t.equal(isStalled(socket as never, { writableLength: 9 } as never), true);
  },
);
