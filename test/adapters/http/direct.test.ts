// Requests that go past Fastify's request and reply are answered byte for byte as those that a plugin might look at.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { type Registry, reply } from '../../../src/core/index.ts';
import { RawClient, send, startFor, until } from './support.ts';

const latin1 = 'caf\xe9';

function register(registry: Registry): void {
  registry.get('/', () => 'Hello');
  registry.get('/json', () => ({ name: 'caf\xe9 😀', list: [1, 2] }));
  registry.get('/bytes', () => new Uint8Array([1, 2, 255]));
  registry.get('/many', () => 'x'.repeat(70_000));
  registry.get('/empty', () => '');
  registry.get('/nothing', () => undefined);
  registry.get('/status/:code', ({ params }) => reply('with a body', { status: Number(params.code) }));
  registry.get('/late', async () => ({ late: await sleep(2, true) }));
  registry.get('/length', () => reply('1234', { headers: { 'content-length': '4' } }));
  registry.get('/date', () => reply('then', { headers: { date: 'Thu, 01 Jan 1970 00:00:00 GMT' } }));
  registry.get('/latin1', () => reply('plain', { headers: { 'x-name': latin1 } }));
  registry.get('/latin1/body', () => reply('caf\xe9 😀', { headers: { 'x-name': latin1 } }));
  registry.get('/latin1/untyped', () =>
    reply('plain', { headers: { 'x-name': latin1, 'content-type': null }, cookies: [`a=${latin1}`] }),
  );
  registry.get('/cookies', () => reply('two', { cookies: ['a=1; Path=/', 'b=2'], headers: { 'x-a': 'b' } }));
  registry.get('/untyped', () => reply('none', { headers: { 'content-type': null } }));
  registry.get('/stream', () => Readable.from(['one', 'two']));
  registry.get('/stream/long', () =>
    reply(Readable.from(['one', 'two']), { headers: { 'content-length': '6' }, cookies: ['a=1'] }),
  );
  registry.get('/stream/fails', () =>
    reply(
      new Readable({
        read: (): never => {
          throw new Error('none');
        },
      }),
      { headers: { 'x-gone': '1' }, cookies: ['a=1'] },
    ),
  );
  registry.get('/throws', () => {
    throw new Error('inside');
  });
  registry.get('/who', ({ clientIp, url, headers }) => ({ clientIp, url, headers }));
  registry.post('/echo', async (request) => ({ got: await request.json() }));
  registry.post('/size', async (request) => (await request.bytes()).length);
  registry.post('/unread', () => 'not read');
  registry.post('/stream', { body: 'stream' }, async (request) => {
    let size = 0;
    for await (const chunk of request.stream()) size += chunk.length;
    return size;
  });
}

const get = (target: string, ...lines: string[]) =>
  [`GET ${target} HTTP/1.1`, 'Host: shop.test', ...lines, '', ''].join('\r\n');
const post = (target: string, body: string, ...lines: string[]) =>
  [`POST ${target} HTTP/1.1`, 'Host: shop.test', `Content-Length: ${body.length}`, ...lines, '', body].join(
    '\r\n',
  );
const chunked = (target: string, ...chunks: string[]) =>
  [
    `POST ${target} HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ...chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`),
    '0\r\n\r\n',
  ].join('');

const PATHS = [
  ...[
    '/',
    '/json',
    '/bytes',
    '/many',
    '/empty',
    '/nothing',
    '/late',
    '/length',
    '/date',
    '/latin1',
    '/latin1/body',
    '/latin1/untyped',
  ],
  ...[
    '/cookies',
    '/untyped',
    '/stream',
    '/stream/long',
    '/stream/fails',
    '/throws',
    '/none',
    '/?a=1',
    '//x',
    '/a//b',
  ],
  ...[200, 201, 203, 205, 206, 304, 400, 404, 418, 500, 599].map((code) => `/status/${code}`),
  ...[
    '/%6Eothing',
    '/%5Famphi/health/live',
    '/_amphi/health/live',
    '/_amphi/none',
    '/_amphi',
    '/a#b',
    '/a/../b',
  ],
  ...['/2015-03-31/functions/x/invocations', '/who?q=%20+x', `/${'y'.repeat(3000)}`, '/a%2Fb', '/%zz', '/é'],
];

const WAYS: Record<string, (path: string) => string> = {
  GET: (path) => get(path),
  HEAD: (path) => get(path).replace('GET', 'HEAD'),
  OPTIONS: (path) => get(path).replace('GET', 'OPTIONS'),
  PUT: (path) => get(path).replace('GET', 'PUT'),
  PURGE: (path) => get(path).replace('GET', 'PURGE'),
  close: (path) => get(path, 'Connection: close'),
  'HTTP/1.0': (path) => get(path).replace('HTTP/1.1', 'HTTP/1.0'),
  'HTTP/1.0 that stays': (path) => get(path, 'Connection: keep-alive').replace('HTTP/1.1', 'HTTP/1.0'),
};

const FORWARDED = [
  [],
  ['X-Forwarded-For: 203.0.113.7', 'X-Forwarded-Proto: https'],
  ['X-Forwarded-For: 198.51.100.1, 203.0.113.7', 'X-Forwarded-Proto: http, https'],
  ['X-Forwarded-For: 198.51.100.1', 'X-Forwarded-For: 203.0.113.7:4711', 'X-Forwarded-Proto: HTTPS '],
  ['X-Forwarded-For: 10.0.0.8, 127.0.0.1', 'X-Forwarded-Host: other.test'],
  ['X-Forwarded-For: nonsense', 'X-Forwarded-Proto: gopher'],
  ['X-Forwarded-For: [2001:db8::1]:80', 'X-Request-Id: abc', 'X-Amzn-Trace-Id: Root=1'],
];

const BODIES: Record<string, string> = {
  JSON: post('/echo', '{"a":1}', 'Content-Type: application/json'),
  'JSON in chunks': chunked('/echo', '{"a"', ':1}'),
  'no JSON': post('/echo', '{"a"'),
  'no body': post('/echo', ''),
  'an unread body': post('/unread', 'x'.repeat(1000)),
  'a large body': post('/size', 'x'.repeat(200_000)),
  'a large body in chunks': chunked('/size', ...Array.from({ length: 20 }, () => 'y'.repeat(9_999))),
  'a body over the limit': post('/size', 'x'.repeat(400_000)),
  'a stream': post('/stream', 'x'.repeat(150_000)),
  'an unread large body': post('/unread', 'x'.repeat(150_000)),
  'two lines of one header': get('/who', 'X-Test: a', 'X-Test: b', 'Cookie: a=1', 'Cookie: b=2'),
  'two hosts': get('/', 'Host: other.test'),
  'no host': 'GET / HTTP/1.1\r\n\r\n',
  'a bad host': get('/').replace('shop.test', 'bad host'),
  'absolute form': get('http://other.test/who?x=1'),
  'absolute form without a path': get('http://other.test?x=1'),
  asterisk: get('*').replace('GET', 'OPTIONS'),
  'two at once': get('/') + get('/json'),
  'two bodies at once': post('/echo', '{"a":1}') + post('/echo', '[2]') + get('/late') + get('/'),
  'a promise of a body': post('/echo', '{"a":1}', 'Expect: 100-continue'),
};

/** All that comes on a connection of its own, in which one more request tells the end. */
async function answerTo(port: number, text: string): Promise<string> {
  const client = new RawClient(port);
  client.write(text);
  client.write(get('/end/of/test', 'Connection: close'));
  const late = setTimeout(() => client.socket.destroy(new Error('no end')), 5_000);
  await client.closed;
  clearTimeout(late);
  t.notOk(client.socket.errored, text.slice(0, 80));
  return client.received
    .replace(/^(date: ).*$/gim, (line, name) => (/1970/.test(line) ? line : `${name}now`))
    .replace(/"requestId":"[^"]*"/g, '"requestId":"some"');
}

t.test('the same bytes as through Fastify', async (t) => {
  const options = { trustProxy: ['127.0.0.0/8', '10.0.0.0/8'], bodyLimit: 300_000 };
  const direct = (await startFor(t, register, options)).server;
  const hooked = (await startFor(t, register, { ...options, configure: () => {} })).server;
  const texts = {
    ...Object.fromEntries(
      PATHS.flatMap((path) => Object.entries(WAYS).map(([way, make]) => [`${way} ${path}`, make(path)])),
    ),
    ...Object.fromEntries(FORWARDED.map((lines) => [lines.join(), get('/who', ...lines)])),
    ...BODIES,
  };
  for (const [name, text] of Object.entries(texts)) {
    const [one, other] = await Promise.all([answerTo(direct.port, text), answerTo(hooked.port, text)]);
    t.ok(one.includes('HTTP/1.1 '), `${name} is answered`);
    t.equal(one, other, name);
  }
  // Node.js writes such a header in UTF-8 where the body is text.
  for (const path of ['/latin1', '/latin1/body', '/latin1/untyped'])
    t.match(await answerTo(direct.port, get(path)), /x-name: caf\xe9\r\n/, path);
});

t.test(
  'an idle connection is closed in time, one with part of a request or a slow reply is not',
  async (t) => {
    const { server } = await startFor(
      t,
      (registry) => registry.get('/', () => 'Hello').get('/slow', () => sleep(1_800, 'late')),
      { keepAliveTimeoutMs: 1 },
    );
    const [idle, half, slow] = [1, 2, 3].map(() => new RawClient(server.port));
    const begun = Date.now();
    for (const client of [idle!, half!]) client.write(get('/'));
    slow!.write(get('/') + get('/slow'));
    await until(() => [idle!, half!].every(({ received }) => received.includes('Hello')), 'both answers');
    const rest = [...get('/')];
    const parts = setInterval(() => half!.write(rest.shift()!), 300);
    t.teardown(() => clearInterval(parts));
    await idle!.closed;
    // Node.js gives it a second more.
    t.ok(Date.now() - begun >= 1_000, `${Date.now() - begun} ms`);
    await slow!.until(/late/);
    t.notOk(half!.socket.destroyed, `bytes of a request come in: ${half!.received}`);
    half!.socket.destroy();
    await slow!.closed;
  },
);

t.test("a socket's own timer is its own", async (t) => {
  let waits = 0;
  const { server } = await startFor(t, (registry) => registry.get('/', () => 'Hello'), {
    configure: (fastify) =>
      void fastify.addHook('onRequest', async ({ raw }) => {
        raw.socket.setTimeout(100, () => {
          waits++;
          raw.socket.destroy();
        });
      }),
  });
  const client = new RawClient(server.port);
  client.write(get('/'));
  await client.until(/Hello/);
  await client.closed;
  t.equal(waits, 1);
});

t.test('a tool that traces Fastify by its channels sees every request', async (t) => {
  const begun: string[] = [];
  const onInit = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRequest', async ({ url }) => void begun.push(`hook ${url}`));
  };
  subscribe('fastify.initialization', onInit);
  const { server } = await startFor(t, (registry) => registry.get('/', () => 'Hello'));
  unsubscribe('fastify.initialization', onInit);
  const onStart = () => void begun.push('start');
  subscribe('tracing:fastify.request.handler:start', onStart);
  const traced = (await startFor(t, (registry) => registry.get('/', () => 'Hello'))).server;
  await send(server.url, '/');
  t.strictSame(begun, ['hook /', 'start']);
  await send(traced.url, '/');
  t.strictSame(begun, ['hook /', 'start', 'start']);
  unsubscribe('tracing:fastify.request.handler:start', onStart);
});
