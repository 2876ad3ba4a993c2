import { once } from 'node:events';
import http2 from 'node:http2';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import t, { type Test } from 'tap';
import type { HttpServerOptions } from '../../../src/adapters/http/index.ts';
import { startHttpServer } from '../../../src/adapters/http/index.ts';
import { createRegistry, type Registry, reply } from '../../../src/core/index.ts';
import { makeCertificate, noOpenssl as skip } from '../../support/certificate.ts';
import { answerOf } from '../../support/http2-client.ts';
import { readAnswer, startFor, testOptions, until } from './support.ts';

const files = skip ? undefined : makeCertificate(t.testdir({}));
const CANCEL = http2.constants.NGHTTP2_CANCEL;

async function open(t: Test, register: (registry: Registry) => void, extra: Partial<HttpServerOptions> = {}) {
  const { server, lines } = await startFor(t, register, { tls: files!, http2: true, ...extra });
  const session = connect(t, server.url);
  await once(session, 'connect');
  const ask = (path: string, headers: http2.OutgoingHttpHeaders = {}) =>
    answerOf(session.request({ ':path': path, ...headers }));
  return { server, lines, session, ask };
}

function connect(t: Test, url: string): http2.ClientHttp2Session {
  const session = http2.connect(url, { rejectUnauthorized: false });
  session.on('error', () => {});
  t.teardown(() => session.destroy());
  return session;
}

t.test('without TLS it is refused', async (t) => {
  const { options } = testOptions({ http2: true });
  await t.rejects(startHttpServer(createRegistry({ name: 'shop' }).freeze(), options), {
    name: 'ConfigError',
    message: /^http2: it needs tls/,
  });
});

t.test('HTTP/1.1 goes on beside it, health checks too', { skip }, async (t) => {
  const { server, ask } = await open(t, (registry) => registry.get('/', () => 'both'));
  t.match(await ask('/'), { status: 200, body: Buffer.from('both') });
  t.match(await ask('/_amphi/health/ready'), { status: 200 });
  for (const path of ['/', '/_amphi/health/ready']) {
    const request = https.get(`${server.url}${path}`, { rejectUnauthorized: false, agent: false });
    const [response] = await once(request, 'response');
    t.match(await readAnswer(response), { status: 200 }, path);
    t.equal(response.httpVersion, '1.1');
  }
});

t.test('a connection may have a hundred streams, and no server is pushed', { skip }, async (t) => {
  const { session } = await open(t, () => {});
  await until(() => session.remoteSettings.maxHeaderListSize === 65_536, 'the settings');
  t.match(session.remoteSettings, {
    maxConcurrentStreams: 100,
    enablePush: false,
    maxHeaderListSize: 65_536,
  });
});

t.test('replies have no headers of a connection, and no body where none belongs', { skip }, async (t) => {
  const headers = {
    connection: 'close',
    'keep-alive': 'timeout=5',
    'transfer-encoding': 'chunked',
    'x-own': '1',
  };
  const { ask } = await open(t, (registry) =>
    registry
      .get('/', () => reply('text', { headers }))
      .get('/none', () => undefined)
      .get('/same', () => reply(undefined, { status: 304, headers: { etag: '"a"' } })),
  );
  const plain = await ask('/');
  t.equal(String(plain.body), 'text');
  const names = plain.headers.map(([name]) => name).sort();
  t.strictSame(names, ['content-length', 'content-type', 'date', 'x-own']);
  const head = await ask('/', { ':method': 'HEAD' });
  t.match(head, { status: 200, body: Buffer.alloc(0) });
  t.match(await ask('/none'), { status: 204, body: Buffer.alloc(0) });
  t.match(await ask('/same'), { status: 304, body: Buffer.alloc(0) });
  t.match(
    await ask('/', { ':method': 'CONNECT', ':path': undefined, ':scheme': undefined, ':authority': 'a:1' }),
    {
      status: 405,
    },
  );
});

t.test('streams go both ways, no faster than they are taken', { skip }, async (t) => {
  let made = 0;
  const { session, ask } = await open(t, (registry) =>
    registry
      .post('/echo', { body: 'stream' }, (request) => request.stream() as never)
      .get('/much', async function* () {
        for (; made < 500; made++) yield Buffer.alloc(100_000);
      } as never)
      .get('/broken', async function* () {
        yield 'begun';
        await sleep(20);
        throw new Error('half way');
      } as never),
  );
  const echo = session.request({ ':path': '/echo', ':method': 'POST' });
  echo.write('one ');
  const [first] = await Promise.all([once(echo, 'data'), once(echo, 'response')]);
  t.equal(String(first[0]), 'one ', 'before the end of the request');
  echo.end('two');
  t.equal(String((await once(echo, 'data'))[0]), 'two');
  const much = session.request({ ':path': '/much' });
  await once(much, 'response');
  await sleep(200);
  t.ok(made > 0 && made < 100, `${made} of 500 pieces while nobody reads`);
  much.close(CANCEL);
  await t.rejects(ask('/broken'), /reset with 2|INTERNAL_ERROR/);
});

t.test('an upload that is broken off is never taken for whole', { skip }, async (t) => {
  const seen: string[] = [];
  const { session, server } = await open(t, (registry) =>
    registry
      .post('/whole', () => void seen.push('whole'))
      .post('/stream', { body: 'stream' }, async (request) => {
        try {
          for await (const chunk of request.stream()) seen.push(Buffer.from(chunk).toString());
          seen.push('ended');
        } catch {
          seen.push('failed');
        }
      }),
  );
  // With a length, as Node's client ends an upload that it resets.
  const begin = (from: http2.ClientHttp2Session, path: string) => {
    const upload = from.request({ ':path': path, ':method': 'POST', 'content-length': 100 });
    upload.on('error', () => {}).write('half');
    return upload;
  };
  const other = connect(t, server.url);
  await once(other, 'connect');
  const ways = [(stream: http2.ClientHttp2Stream) => stream.close(CANCEL), () => other.destroy()];
  for (const breakOff of ways) {
    seen.length = 0;
    const uploads = [begin(other, '/whole'), begin(other, '/stream')];
    await until(() => seen.length > 0, 'the first piece');
    for (const upload of uploads) breakOff(upload);
    await until(() => seen.length > 1, 'its end');
    t.strictSame(seen, ['half', 'failed']);
  }
  const whole = session.request({ ':path': '/whole', ':method': 'POST' });
  whole.end('all');
  t.equal((await answerOf(whole)).status, 204);
  t.strictSame(seen, ['half', 'failed', 'whole'], 'of three uploads one was whole');
});

t.test(
  'a body over the limit is 413 while it is sent, a handler learns that its client left',
  { skip },
  async (t) => {
    let left = false;
    const { session } = await open(
      t,
      (registry) =>
        registry
          .post('/', (request) => request.text())
          .get('/wait', async (_, context) => {
            await once(context.signal, 'abort');
            left = true;
          }),
      { bodyLimit: 1000 },
    );
    const upload = session.request({ ':path': '/', ':method': 'POST' });
    upload.on('error', () => {});
    upload.write(Buffer.alloc(2000));
    t.match(await once(upload, 'response'), [{ ':status': 413 }]);
    upload.close();
    const waiting = session.request({ ':path': '/wait' });
    await sleep(100);
    waiting.close(CANCEL);
    await until(() => left, 'the abort');
  },
);

t.test('the Invoke API knows who is on this machine by the authority', { skip }, async (t) => {
  const { session } = await open(t, (registry) => registry.function('hi', () => 'hi'));
  const invoke = async (headers: http2.OutgoingHttpHeaders) => {
    const path = '/2015-03-31/functions/hi/invocations';
    const stream = session.request({ ':path': path, ':method': 'POST', ...headers });
    stream.end('{}');
    return (await answerOf(stream)).status;
  };
  t.equal(await invoke({}), 200);
  t.equal(await invoke({ ':authority': 'evil.example' }), 404);
  t.equal(await invoke({ ':authority': 'evil.example', host: 'localhost' }), 404);
  t.equal(await invoke({ origin: 'https://evil.example' }), 404);
});

/** The preface and an empty SETTINGS frame. */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/** A GET of `/` and its reset. */
function openAndReset(stream: number): Buffer {
  const id = [0, 0, stream >> 8, stream & 255];
  const headers = [0, 0, 6, 1, 5, ...id, 0x82, 0x87, 0x84, 0x41, 1, 97];
  return Buffer.from([...headers, 0, 0, 4, 3, 0, ...id, 0, 0, 0, CANCEL]);
}

t.test('malformed frames and rapid resets end their connection, never the server', { skip }, async (t) => {
  const { server, ask, lines } = await open(t, (registry) => registry.get('/', () => 'alive'));
  const attacks: Buffer[] = [
    Buffer.from('no preface at all\r\n\r\n'),
    Buffer.concat([PREFACE, Buffer.alloc(64, 0xff)]),
    // HEADERS that decode to nothing, DATA on an idle stream, a PING of a wrong size, CONTINUATION without HEADERS.
    Buffer.concat([PREFACE, Buffer.from([0, 0, 4, 1, 4, 0, 0, 0, 1, 255, 255, 255, 255])]),
    Buffer.concat([PREFACE, Buffer.from([0, 0, 1, 0, 0, 0, 0, 0, 1, 0])]),
    Buffer.concat([PREFACE, Buffer.from([0, 0, 1, 6, 0, 0, 0, 0, 0, 0])]),
    Buffer.concat([PREFACE, Buffer.from([0, 0, 1, 9, 4, 0, 0, 0, 1, 0])]),
    Buffer.concat([PREFACE, ...Array.from({ length: 3_000 }, (_, index) => openAndReset(2 * index + 1))]),
  ];
  for (const bytes of attacks) {
    const socket = tls.connect({
      ...{ port: server.port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false },
    });
    socket.on('error', () => {}).resume();
    await once(socket, 'secureConnect');
    socket.write(bytes);
    await once(socket, 'close');
  }
  t.match(await ask('/'), { status: 200 });
  t.strictSame(lines, [], 'and nobody is woken');
});

t.test(
  'a drain loses nothing that it took: streams under way end, new ones go elsewhere',
  { skip },
  async (t) => {
    let taken = 0;
    const { server, session, lines } = await open(
      t,
      (registry) =>
        registry
          .get('/', () => `${++taken}`)
          .get('/slow', async function* () {
            for (let i = 0; i < 8; i++) {
              yield `${i};`;
              await sleep(40);
            }
          } as never),
      { drainTimeoutMs: 10_000 },
    );
    const idle = connect(t, server.url);
    await once(idle, 'connect');
    const slow = answerOf(session.request({ ':path': '/slow' }));
    let answered = 0;
    const lost: string[] = [];
    const client = async () => {
      const own = connect(t, server.url);
      await once(own, 'connect');
      const lane = async () => {
        while (!own.closed && !own.destroyed) {
          const stream = own.request({ ':path': '/' });
          await answerOf(stream).then(
            () => answered++,
            (error) => lost.push(`${error.code} ${error.message}`),
          );
        }
      };
      await Promise.all(Array.from({ length: 5 }, lane));
    };
    const clients = Array.from({ length: 10 }, client);
    await sleep(200);
    await server.close();
    await Promise.all(clients);
    // Of those that a client has not sent when it is told to go elsewhere it says so itself: none of them was taken.
    t.strictSame(
      lost.filter((why) => !/REFUSED_STREAM|GOAWAY/.test(why)),
      [],
    );
    t.ok(answered > 100);
    t.equal(answered, taken, 'whatever was taken was answered');
    t.match(String((await slow).body), /7;$/);
    t.ok(idle.destroyed || idle.closed, 'an idle one is closed');
    t.strictSame(lines, [], 'and it was no time-out');
  },
);
