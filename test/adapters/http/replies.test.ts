import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import t from 'tap';
import { reply } from '../../../src/core/index.ts';
import { RawClient, readAnswer, send, startFor, until } from './support.ts';

async function* chunks(count: number) {
  for (let i = 0; i < count; i++) yield `chunk ${i};`;
}

t.test('streams of every kind arrive whole', async (t) => {
  const { server } = await startFor(t, (registry) => {
    registry.get('/generator', () => chunks(3));
    registry.get('/late', async () => chunks(3));
    registry.get('/node', () => Readable.from([Buffer.from('a'), Buffer.from('b')], { objectMode: false }));
    registry.get('/object', () => Readable.from(['a', '', 'b']));
    registry.get('/web', () => new Response('web').body);
    registry.get('/response', () => new Response('made', { status: 203, headers: { 'x-a': '1' } }));
    registry.get('/none', () => chunks(0));
  });
  const text = async (path: string) => (await send(server.url, path)).text;
  t.equal(await text('/generator'), 'chunk 0;chunk 1;chunk 2;');
  t.equal(await text('/late'), 'chunk 0;chunk 1;chunk 2;');
  t.equal(await text('/node'), 'ab');
  t.equal(await text('/object'), 'ab');
  t.equal(await text('/web'), 'web');
  t.match(await send(server.url, '/response'), { status: 203, text: 'made', headers: { 'x-a': '1' } });
  t.match(await send(server.url, '/none'), { status: 200, text: '' });
});

t.test('a stream that fails midway is cut, and logged', async (t) => {
  const { server, lines } = await startFor(t, (registry) =>
    registry.get('/', async function* () {
      yield 'part';
      await sleep(20);
      throw new Error('disk gone');
    } as never),
  );
  const client = new RawClient(server.port);
  client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await client.closed;
  t.match(client.received, /200 OK.*part/s);
  t.notMatch(client.received, /\r\n0\r\n/, 'no end of the chunked body');
  t.match(lines, [{ level: 'ERROR', message: 'reply stream failed', error: { message: 'disk gone' } }]);
});

t.test('a stream that fails before its first byte is a 500 without the headers of the reply', async (t) => {
  const { server, lines } = await startFor(t, (registry) =>
    registry.get('/', () => {
      const body = new Readable({
        read() {
          this.destroy(new Error('disk gone'));
        },
      });
      return reply(body, { headers: { 'x-file': 'a' }, cookies: ['a=1'] });
    }),
  );
  const answer = await send(server.url, '/');
  t.match(answer, { status: 500, text: /INTERNAL_ERROR/ });
  t.equal(answer.headers['x-file'], undefined);
  t.equal(answer.headers['set-cookie'], undefined);
  t.match(lines, [{ message: 'request failed', error: { message: 'disk gone' } }]);
});

t.test('a chunk that cannot be sent does not end the process', async (t) => {
  const { server } = await startFor(t, (registry) =>
    registry.get('/', () => Readable.from([{ no: 'bytes' }])),
  );
  t.match(await send(server.url, '/'), { status: 500, text: /INTERNAL_ERROR/ });
});

t.test('a client that leaves releases the stream and aborts the context', async (t) => {
  let released = false;
  let signal: AbortSignal | undefined;
  const { server, lines } = await startFor(t, (registry) =>
    registry.get('/', (_request, context) => {
      signal = context.signal;
      const source = new Readable({ read: () => {} });
      source.push('start');
      source.once('close', () => {
        released = true;
      });
      return source;
    }),
  );
  const client = new RawClient(server.port);
  client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await client.until(/start/);
  t.notOk(signal?.aborted);
  client.socket.destroy();
  await until(() => released && signal?.aborted === true, 'release and abort');
  t.match(String(signal?.reason), /client has gone/);
  t.strictSame(lines, [], 'a client that leaves is no error of ours');
});

t.test('a slow reader holds the stream back', async (t) => {
  let made = 0;
  const { server } = await startFor(t, (registry) =>
    registry.get('/', async function* () {
      for (; made < 2_000; made++) yield Buffer.alloc(64 * 1024);
    } as never),
  );
  const client = new RawClient(server.port);
  client.socket.pause();
  client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await until(() => made > 0, 'a first chunk');
  await sleep(200);
  const held = made;
  t.ok(held < 1_000, `${held} chunks of 64 KB were made while nobody read`);
  client.socket.destroy();
});

t.test('a client that leaves before the answer aborts the handler', async (t) => {
  let reason: unknown;
  let entered = false;
  const { server } = await startFor(t, (registry) =>
    registry.get('/', async (_request, context) => {
      entered = true;
      await once(context.signal, 'abort');
      reason = context.signal.reason;
      return chunks(3);
    }),
  );
  const request = http.get(server.url).on('error', () => {});
  await until(() => entered, 'the handler');
  request.destroy();
  await until(() => reason !== undefined, 'the abort');
  t.match(reason, { message: 'the client has gone' });
});

t.test('a signal does not abort once the answer is out', async (t) => {
  let signal: AbortSignal | undefined;
  const { server } = await startFor(t, (registry) =>
    registry.get('/', async (_request, context) => {
      signal = context.signal;
      return 'done';
    }),
  );
  t.match(await send(server.url, '/'), { text: 'done' });
  await sleep(20);
  t.equal(signal?.aborted, false);
});

t.test('a handler that takes too long is a 504, its signal aborts, its late result is dropped', async (t) => {
  let aborted = false;
  let late = false;
  const { server, lines } = await startFor(
    t,
    (registry) => {
      registry.get('/slow', async (_request, context) => {
        t.ok(context.deadline - Date.now() <= 60);
        context.signal.addEventListener('abort', () => {
          aborted = true;
        });
        await sleep(120);
        late = true;
        return 'late';
      });
      registry.get('/fast', async (_request, context) => ({ left: context.getRemainingTimeInMillis() }));
    },
    { requestTimeoutMs: 60 },
  );
  t.match(await send(server.url, '/slow'), { status: 504, text: /"code":"TIMEOUT"/ });
  await until(() => late, 'the late result');
  t.ok(aborted);
  t.match(lines, [{ message: 'request failed', status: 504, error: { message: /within 60 ms/ } }]);
  const { left } = JSON.parse((await send(server.url, '/fast')).text);
  t.ok(left > 0 && left <= 60);
});

t.test('pipelined requests are answered in order', async (t) => {
  const { server } = await startFor(t, (registry) => {
    registry.get('/slow', async () => {
      await sleep(50);
      return 'slow';
    });
    registry.get('/fast', () => 'fast');
  });
  const client = new RawClient(server.port);
  client.write(
    'GET /slow HTTP/1.1\r\nhost: a\r\n\r\nGET /fast HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
  );
  await client.closed;
  t.match(client.received, /slow.*fast$/s);
});

t.test('the headers of a stream go when the handler has answered, not with the first chunk', async (t) => {
  const release = Promise.withResolvers<void>();
  const { server } = await startFor(t, (registry) =>
    registry.get('/events', () => {
      async function* events() {
        await release.promise;
        yield 'data: late\n\n';
      }
      return reply(events(), { headers: { 'content-type': 'text/event-stream' } });
    }),
  );
  const request = http.get(`${server.url}/events`, { agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  t.match(response, { statusCode: 200, headers: { 'content-type': 'text/event-stream' } });
  release.resolve();
  t.equal((await readAnswer(response)).text, 'data: late\n\n');
});

t.test('a stream that states its length keeps it, and is cut where it breaks its word', async (t) => {
  async function* two() {
    yield 'ab';
    yield 'cd';
  }
  const stated = (length: number) => () => reply(two(), { headers: { 'content-length': length } });
  const { server, lines } = await startFor(t, (registry) =>
    registry
      .get('/right', stated(4))
      .get('/long', stated(3))
      .get('/short', stated(5))
      .get('/odd', () => reply(two(), { headers: { 'content-length': 'four' } }))
      .head('/head', () => reply(undefined, { status: 200, headers: { 'content-length': 1234 } }))
      .get('/text', () => reply('text', { headers: { 'content-length': 99 } })),
  );
  t.match(await send(server.url, '/right'), {
    status: 200,
    headers: { 'content-length': '4' },
    text: 'abcd',
  });
  t.match(await send(server.url, '/head', { method: 'HEAD' }), { headers: { 'content-length': '1234' } });
  t.match(await send(server.url, '/text'), { headers: { 'content-length': '4' }, text: 'text' });
  t.match(await send(server.url, '/odd'), { status: 500, text: /BAD_REPLY/ });
  for (const path of ['/long', '/short'])
    await t.rejects(send(server.url, path), { code: 'ECONNRESET' }, path);
  t.match(
    lines
      .filter(({ message }) => message === 'reply stream failed')
      .map(({ error }) => (error as Error).message),
    [/more bytes.*says 3/, /has 4 bytes.*says 5/],
  );
});

t.test('what fetch has decoded is handed on without the encoding', async (t) => {
  const upstream = http.createServer((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'x-up': 'yes', 'content-type': 'text/plain' });
    response.end(gzipSync('squeezed'));
  });
  await once(upstream.listen(0, '127.0.0.1'), 'listening');
  t.teardown(() => upstream.close());
  const { port } = upstream.address() as AddressInfo;
  const { server } = await startFor(t, (registry) =>
    registry
      .get('/proxy', () => fetch(`http://127.0.0.1:${port}/`))
      .get('/own', () => new Response(gzipSync('own'), { headers: { 'content-encoding': 'gzip' } })),
  );
  const proxied = await send(server.url, '/proxy');
  t.match(proxied, {
    status: 200,
    headers: { 'x-up': 'yes', 'content-encoding': undefined },
    text: 'squeezed',
  });
  const own = await send(server.url, '/own');
  t.equal(own.headers['content-encoding'], 'gzip');
  t.equal(gunzipSync(own.bytes).toString(), 'own');
});
