import t from 'tap';
import { createLogger, createRegistry, HttpError, reply } from '../../src/core/index.ts';
import { HTTP_SOURCES, type InjectOptions, inject } from '../../src/testing/index.ts';

const registry = createRegistry({ name: 'shop' });
const order: string[] = [];
registry.onStart(() => order.push('start')).onStop(() => order.push('stop'));
registry.all('/echo/:id', async (request) => {
  const { method, path, params, query, headers, cookies } = request;
  const body = request.method === 'GET' ? null : await request.text();
  return {
    method,
    path,
    params,
    query: [...query],
    host: headers.host,
    test: headers['x-test'],
    cookies,
    body,
  };
});
registry.get('/bytes', () => new Uint8Array([0, 255, 128]));
registry.get('/cookie', () =>
  reply('set', { status: 201, headers: { 'x-own': 'own' }, cookies: ['a=1; HttpOnly'] }),
);
registry.get('/empty', () => undefined);
registry.get('/moved', () => reply(undefined, { status: 302, headers: { location: '/bytes' } }));
registry.get('/packed', () => reply('not really', { headers: { 'content-encoding': 'gzip' } }));
registry.get('/teapot', () => {
  throw new HttpError(418, 'TEAPOT', 'Short and stout.');
});
registry.get('/broken', () => {
  throw new Error('secret');
});
registry.get('/stream', async function* () {
  yield 'one ';
  yield 'two';
});
registry.get('/huge', () => 'x'.repeat(7 * 1024 * 1024));

const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":"ü"}' };
const BINARY = new Uint8Array([1, 254, 0]);
const REQUESTS: Readonly<Record<string, () => Request | string>> = {
  'a path': () => '/echo/7?tag=a&n=1',
  'a host of its own': () => new Request('https://shop.example:8443/echo/%C3%BC?q=%20'),
  headers: () => new Request('https://x.example/echo/1', { headers: { 'x-test': 'a', cookie: 'b=2; c=3' } }),
  json: () => new Request('https://x.example/echo/1', post),
  'a body of DELETE': () => new Request('https://x.example/echo/1', { ...post, method: 'DELETE' }),
  binary: () => new Request('https://x.example/echo/1', { method: 'PUT', body: BINARY }),
  bytes: () => '/bytes',
  HEAD: () => new Request('https://x.example/bytes', { method: 'HEAD' }),
  cookie: () => '/cookie',
  empty: () => '/empty',
  redirect: () => '/moved',
  'an encoding': () => '/packed',
  error: () => '/teapot',
  failure: () => '/broken',
  stream: () => '/stream',
  'no route': () => '/nowhere',
  OPTIONS: () => new Request('https://x.example/bytes', { method: 'OPTIONS' }),
  'no method': () => new Request('https://x.example/bytes', { method: 'POST', body: 'x' }),
};

const NAMES = ['content-type', 'content-encoding', 'x-own', 'location', 'allow'];
const logger = createLogger({ write: () => {} });

async function answer(request: Request | string, options: InjectOptions) {
  const response = await inject(registry, request, { logger, ...options });
  return {
    status: response.status,
    headers: NAMES.map((name) => response.headers.get(name)),
    cookies: response.headers.getSetCookie(),
    body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  };
}

t.before(() => {
  // The logger of registry.fetch is standard error; the failure is on purpose.
  process.env.AMPHI_LOG_LEVEL = 'FATAL';
});

t.test('every way in gives the same answers', async (t) => {
  for (const [name, request] of Object.entries(REQUESTS)) {
    const wanted = await answer(request(), { as: 'fetch' });
    t.ok(wanted.status >= 200, name);
    for (const as of ['server', ...HTTP_SOURCES] as const)
      t.strictSame(await answer(request(), { as }), wanted, `${name} as ${as}`);
  }
});

t.test('hooks run once for all, until the registry is closed', async (t) => {
  t.strictSame(order, ['start']);
  t.equal(await registry.close(), true);
  t.strictSame(order, ['start', 'stop']);
  const response = await inject(registry, '/bytes', { as: 'server' });
  t.equal(response.status, 200);
  t.strictSame(order.slice(2), ['start'], 'the end of the server is not the end of the test');
  await registry.close();
});

t.test('the request comes as from behind a load balancer', async (t) => {
  const behind = createRegistry({ name: 'behind' });
  behind.get('/', (request) => `${request.url} ${request.clientIp}`);
  for (const as of ['server', ...HTTP_SOURCES] as const) {
    const response = await inject(behind, new Request('https://shop.example/'), { as });
    t.match(await response.text(), /^https:\/\/[\w.-]+\/ (203\.0\.113\.9)?$/, as);
  }
});

t.test('an unknown way, and what AWS would answer with 502, are errors', async (t) => {
  await t.rejects(inject(registry, '/', { as: 'lambda' as never }), {
    name: 'ConfigError',
    message: /inject: as "lambda" is none of fetch, server, apigateway-v1/,
  });
  const failing = createRegistry({ name: 'failing' }).onStart(function connect() {
    throw new Error('no database');
  });
  for (const as of ['fetch', 'server', 'alb'] as const)
    await t.rejects(inject(failing, '/', { as }), {
      message: 'onStart connect of registry failing: no database',
    });
  t.equal((await inject(registry, '/huge', { as: 'alb', logger })).status, 500, 'Lambda refuses it first');
});
