import http from 'node:http';
import t from 'tap';
import { type HttpRequest, reply } from '../../../src/core/index.ts';
import { RawClient, readAnswer, send, startFor } from './support.ts';

t.test('a body over the limit is refused before the handler runs', async (t) => {
  let calls = 0;
  const count = () => {
    calls++;
    return 'ok';
  };
  const { server } = await startFor(
    t,
    (registry) => {
      registry.post('/', count);
      registry.post('/small', { bodyLimit: 3 }, count);
      registry.post('/big', { bodyLimit: 100 }, count);
    },
    { bodyLimit: 10 },
  );
  const post = (path: string, body: string, headers = {}) =>
    send(server.url, path, { method: 'POST', body, headers });
  t.match(await post('/', 'x'.repeat(10)), { status: 200 });
  t.match(await post('/big', 'x'.repeat(100)), { status: 200 });
  t.equal(calls, 2);
  t.match(await post('/', 'x'.repeat(11)), { status: 413, text: /"code":"PAYLOAD_TOO_LARGE".*10 bytes/ });
  t.match(await post('/small', 'xxxx'), { status: 413 });
  const chunked = { 'transfer-encoding': 'chunked' };
  t.match(await post('/', 'x'.repeat(11), chunked), { status: 413 });
  t.match(await post('/', 'x'.repeat(10), chunked), { status: 200 });
  t.equal(calls, 3);
});

t.test('the default limit is the 6 MB of Lambda', async (t) => {
  const { server } = await startFor(t, (registry) =>
    registry.post('/', async (request) => ({ size: (await request.bytes()).length })),
  );
  const post = (size: number) => send(server.url, '/', { method: 'POST', body: Buffer.alloc(size) });
  t.match(await post(6_291_456), { status: 200, text: '{"size":6291456}' });
  t.match(await post(6_291_457), { status: 413 });
});

t.test('a client that is still uploading reads the 413, and may use the connection again', async (t) => {
  const { server } = await startFor(t, (registry) => registry.post('/', () => 'ok'), { bodyLimit: 1000 });
  const client = new RawClient(server.port);
  const size = 3_000_000;
  client.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${size}\r\n\r\n`);
  await client.until(/PAYLOAD_TOO_LARGE/);
  for (let sent = 0; sent < size; sent += 100_000) client.write('x'.repeat(100_000));
  client.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx');
  await client.closed;
  t.match(client.received, /^HTTP\/1\.1 413 .*HTTP\/1\.1 200 OK.*ok$/s);
});

t.test('Expect: 100-continue is granted, or refused before the body is sent', async (t) => {
  const { server } = await startFor(t, (registry) => registry.post('/', (request) => request.text()), {
    bodyLimit: 10,
  });
  const fine = new RawClient(server.port);
  fine.write(
    'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n',
  );
  await fine.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
  fine.write('data');
  await fine.closed;
  t.match(fine.received, /200 OK.*data$/s);
  const large = new RawClient(server.port);
  large.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 40\r\nexpect: 100-continue\r\n\r\n');
  await large.closed;
  t.match(large.received, /^HTTP\/1\.1 413 .*PAYLOAD_TOO_LARGE/s);
  t.match(large.received, /connection: close/i);
});

t.test(
  'a client that leaves in mid-upload fails the read of its body, and is no error of ours',
  async (t) => {
    let calls = 0;
    const thrown: unknown[] = [];
    const { server, lines } = await startFor(t, (registry) =>
      registry.post('/', async (request) => {
        await request.bytes().catch((error) => {
          thrown.push(error);
          throw error;
        });
        calls++;
        return 'ok';
      }),
    );
    const client = new RawClient(server.port);
    client.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\nhalf');
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.socket.destroy();
    await client.closed;
    t.match(await send(server.url, '/', { method: 'POST', body: 'x' }), { status: 200 });
    t.equal(calls, 1);
    t.match(thrown, [{ status: 400, message: /went away/ }]);
    t.strictSame(lines, []);
  },
);

t.test('interceptors run before the body is read: a client without a token uploads nothing', async (t) => {
  let read = 0;
  const { server } = await startFor(
    t,
    (registry) => {
      registry.use((request, _context, next) =>
        request.headers.authorization ? next() : reply('who?', { status: 401 }),
      );
      registry.post('/', async (request) => {
        read += (await request.bytes()).length;
        return 'ok';
      });
    },
    { bodyLimit: 10 },
  );
  const client = new RawClient(server.port);
  client.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4000000\r\n\r\n');
  await client.until(/^HTTP\/1\.1 401 /);
  client.socket.destroy();
  t.match(
    await send(server.url, '/', { method: 'POST', body: 'x'.repeat(50) }),
    { status: 401 },
    'before the 413',
  );
  const headers = { authorization: 'yes' };
  t.match(await send(server.url, '/', { method: 'POST', body: 'x'.repeat(50), headers }), { status: 413 });
  t.match(await send(server.url, '/', { method: 'POST', body: 'x', headers }), { status: 200 });
  t.equal(read, 1);
});

t.test('a stream route starts before its body has arrived', async (t) => {
  const { server } = await startFor(t, (registry) =>
    registry.post('/', { body: 'stream' }, async function* (request: HttpRequest) {
      for await (const chunk of request.stream()) yield `got ${Buffer.from(chunk).toString()};`;
    } as never),
  );
  const { port } = server;
  const request = http.request({ port, host: '127.0.0.1', method: 'POST', agent: false });
  request.write('one');
  const response = await new Promise<http.IncomingMessage>((resolve) => request.once('response', resolve));
  const first = await new Promise<Buffer>((resolve) => response.once('data', resolve));
  t.equal(first.toString(), 'got one;');
  request.end('two');
  t.equal((await readAnswer(response)).text, 'got two;');
});

t.test('a stream route has a limit only where it sets one', async (t) => {
  const size = async (request: { bytes(): Promise<Uint8Array> }) => ({
    size: (await request.bytes()).length,
  });
  const { server } = await startFor(
    t,
    (registry) => {
      registry.post('/free', { body: 'stream' }, size);
      registry.post('/limited', { body: 'stream', bodyLimit: 5 }, size);
    },
    { bodyLimit: 5 },
  );
  const post = (path: string, headers = {}) =>
    send(server.url, path, { method: 'POST', body: 'x'.repeat(50), headers });
  t.match(await post('/free'), { status: 200, text: '{"size":50}' });
  t.match(await post('/limited'), { status: 413, text: /PAYLOAD_TOO_LARGE/ });
  t.match(await post('/limited', { 'transfer-encoding': 'chunked' }), {
    status: 413,
    text: /PAYLOAD_TOO_LARGE/,
  });
});

t.test('a stream that nobody reads, or reads to its end, is drained and the connection lives', async (t) => {
  const { server } = await startFor(t, (registry) => {
    registry.post('/ignore', { body: 'stream' }, () => 'ignored');
    registry.post('/peek', { body: 'stream' }, async (request) => {
      for await (const chunk of request.stream()) return `first of ${chunk.length > 0}`;
    });
  });
  for (const [path, text] of [
    ['/ignore', 'ignored'],
    ['/peek', 'first of true'],
  ] as const) {
    const client = new RawClient(server.port);
    const size = 500_000;
    client.write(`POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${size}\r\n\r\n${'x'.repeat(size)}`);
    await client.until(new RegExp(`${text}$`));
    client.write('POST /ignore HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    await client.closed;
    t.match(client.received, /200 OK.*200 OK.*ignored$/s, path);
  }
});

t.test('bytes that are no HTTP get a problem document', async (t) => {
  const { server } = await startFor(t, () => {});
  const garbage = new RawClient(server.port);
  garbage.write('nonsense\r\n\r\n');
  await garbage.closed;
  t.match(garbage.received, /^HTTP\/1\.1 400 Bad Request\r\n.*problem\+json.*"code":"BAD_REQUEST"/s);
  const long = new RawClient(server.port);
  long.write(`GET / HTTP/1.1\r\nhost: a\r\nx-long: ${'x'.repeat(70_000)}\r\n\r\n`);
  await long.closed;
  t.match(long.received, /^HTTP\/1\.1 431 .*"code":"HEADERS_TOO_LARGE"/s);
});
