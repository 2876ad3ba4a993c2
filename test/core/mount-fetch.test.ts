import { buffer } from 'node:stream/consumers';
import { Hono } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { cors } from 'hono/cors';
import { stream } from 'hono/streaming';
import t from 'tap';
import { listenerRules } from '../../infra/listener-rules/index.ts';
import {
  ConfigError,
  createRegistry,
  type FetchEnv,
  type InvocationContext,
  placementOf,
  type Registry,
} from '../../src/core/index.ts';
import { HTTP_SOURCES, type HttpSourceName } from '../../src/testing/http-sources.ts';
import { inject } from '../../src/testing/inject.ts';
import { LOSSY } from '../support/events.ts';
import { rawRequest, recorded, send } from './support.ts';

process.env.AMPHI_LOG_LEVEL = 'FATAL';

const WAYS = ['fetch', 'server', ...HTTP_SOURCES] as const;

/** What services use of Hono. */
function honoApp(): Hono<{ Bindings: FetchEnv }> {
  const app = new Hono<{ Bindings: FetchEnv }>();
  app.use('/api/*', cors({ origin: 'https://shop.example', allowMethods: ['GET', 'PUT'] }));
  app.use('/secret/*', basicAuth({ username: 'ann', password: 'x' }));
  app.get('/', (c) => c.text('home'));
  app.get('/items/:id', (c) =>
    c.json({ id: c.req.param('id'), tags: c.req.queries('tag'), q: c.req.query('q') }),
  );
  app.get('/api/data', (c) => c.json({ data: true }));
  app.get('/secret/x', (c) => c.text('in'));
  app.post('/json', async (c) => c.json({ got: await c.req.json() }, 201));
  app.post('/form', async (c) => {
    const form = await c.req.parseBody();
    return c.json({ a: form.a, file: form.f instanceof File ? [form.f.name, await form.f.text()] : null });
  });
  app.put('/echo', async (c) => c.body(await c.req.arrayBuffer(), 200, { 'content-type': 'image/png' }));
  app.get('/bytes', (c) => c.body(new Uint8Array([0, 255, 128]), 200, { 'content-type': 'image/png' }));
  app.get('/stream', (c) =>
    stream(c, async (out) => {
      await out.write('one ');
      await out.write('two');
    }),
  );
  app.get('/cookies', (c) => {
    c.header('set-cookie', 'a=1; Path=/');
    c.header('x-many', 'a');
    c.header('x-many', 'b', { append: true });
    return c.text(c.req.header('cookie') ?? '', 202);
  });
  app.get('/moved', (c) => c.redirect('/items/1', 302));
  app.delete('/items/:id', (c) => c.body(null, 204));
  app.get('/throw', () => {
    throw new Error('secret detail');
  });
  app.onError((_error, c) => c.text('failed', 500));
  app.get('/etag', (c) => c.body(null, 304, { etag: '"1"' }));
  return app;
}

const FORM = new FormData();
FORM.append('a', 'ü');
FORM.append('f', new File(['text'], 'f.txt'));
const whole = new Response(FORM);
const form = { type: whole.headers.get('content-type')!, body: await whole.bytes() };
const BINARY = Uint8Array.from({ length: 256 }, (_, n) => n);

const REQUESTS: readonly [method: string, path: string, init?: RequestInit][] = [
  ['GET', '/'],
  ['GET', '/items/a%20b?tag=1&tag=2&q=x%26y'],
  ['GET', '/items/%C3%BC%2B?tag=1'],
  ['HEAD', '/items/1?tag=1'],
  ['GET', '/nowhere'],
  ['OPTIONS', '/items/1'],
  ['DELETE', '/items/1'],
  ['PATCH', '/items/1', { body: 'x' }],
  ['GET', '/api/data', { headers: { origin: 'https://shop.example' } }],
  [
    'OPTIONS',
    '/api/data',
    { headers: { origin: 'https://shop.example', 'access-control-request-method': 'PUT' } },
  ],
  ['GET', '/secret/x'],
  ['GET', '/secret/x', { headers: { authorization: `Basic ${btoa('ann:x')}` } }],
  ['POST', '/json', { body: '{"a":[1,null]}', headers: { 'content-type': 'application/json' } }],
  ['POST', '/form', { body: form.body, headers: { 'content-type': form.type } }],
  ['PUT', '/echo', { body: BINARY }],
  ['GET', '/bytes'],
  ['GET', '/stream'],
  ['GET', '/cookies', { headers: { cookie: 'a=1; b=x%20y' } }],
  ['GET', '/moved'],
  ['GET', '/throw'],
  ['GET', '/etag'],
];

/** Of the connection, or of the adapter alone. */
const OWN = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding', 'server']);

async function shown(response: Response, method: string): Promise<unknown> {
  const headers = [...response.headers].filter(([name]) => !OWN.has(name));
  // A registry gives HEAD no type. A stream without a type is `application/octet-stream` to a registry, which is what none means (RFC 9110, 8.3).
  const typed = headers.filter(([name, value]) =>
    name === 'content-type' ? method !== 'HEAD' && value !== 'application/octet-stream' : true,
  );
  return [
    response.status,
    Object.fromEntries(typed),
    Buffer.from(await response.arrayBuffer()).toString('latin1'),
  ];
}

const app = honoApp();
const registry = createRegistry({ name: 'mounted' })
  .mount('/hono', app.fetch)
  .mount('/deep', createRegistry({ name: 'inner' }).mount('/er/:tenant', app.fetch))
  .mount('/based', new Hono().basePath('/based').get('/x', (c) => c.text(c.req.path)).fetch, {
    keepPrefix: true,
  });
t.teardown(() => registry.close());

for (const as of WAYS) {
  t.test(`a Hono app answers as it does alone: ${as}`, async (t) => {
    for (const [method, path, init] of REQUESTS) {
      // What AWS itself loses on the way.
      const lossy = as in LOSSY && LOSSY[as as HttpSourceName].repeatedQuery;
      const kept = lossy ? path.replace('tag=1&tag', 'tag') : path;
      const bare = await shown(await app.request(`https://localhost${kept}`, { method, ...init }), method);
      for (const prefix of ['/hono', '/deep/er/t%20x']) {
        const request = new Request(`https://localhost${prefix}${path}`, { method, ...init });
        t.strictSame(
          await shown(await inject(registry, request, { as }), method),
          bare,
          `${method} ${prefix}${path}`,
        );
      }
    }
    const kept = await inject(registry, '/based/x', { as });
    t.equal(await kept.text(), '/based/x');
  });
}

t.test('the prefix itself is the root of the app', async (t) => {
  t.equal(await (await inject(registry, '/hono')).text(), 'home');
  t.equal((await inject(registry, '/honolulu')).status, 404);
  const root = createRegistry({ name: 'root' })
    .get('/own', () => 'own')
    .mount('/', (request) => new Response(new URL(request.url).pathname));
  t.equal(await (await root.fetch(new Request('http://localhost/own'))).text(), 'own');
  for (const path of ['/', '/a//b', '/a/'])
    t.equal(await (await root.fetch(new Request(`http://localhost${path}`))).text(), path);
});

t.test('it sees the client, the context and the parameters; interceptors are around it', async (t) => {
  let seen: FetchEnv | undefined;
  const registry = createRegistry({ name: 'svc' })
    .use(async (request, _context, next) => {
      if (request.query.has('no')) return 'refused';
      const answer = await next();
      answer.headers['x-around'] = request.route;
      return answer;
    })
    .mount('/t/:tenant', (request, env) => {
      seen = env;
      return new Response(request.signal.aborted ? 'aborted' : request.url);
    });
  const { context } = recorded();
  const response = await registry
    .freeze()
    .dispatch(rawRequest('GET', '/t/7/a/b', { rawQuery: 'x=1' }), context);
  t.match(response, { status: 200, headers: { 'x-around': '/t/:tenant/*' } });
  t.equal((await buffer(response.body as AsyncIterable<Uint8Array>)).toString(), 'https://localhost/a/b?x=1');
  t.equal(seen!.context as InvocationContext, context);
  t.match(seen, { clientIp: '203.0.113.7', params: { tenant: '7', '*': 'a/b' } });
  t.match(await send(registry, 'GET', '/t/7/a', { rawQuery: 'no' }), { body: 'refused' });
});

const text = async (registry: Registry, init: RequestInit, path = '/x/y') => {
  const response = await registry.fetch(new Request(`http://localhost${path}`, { method: 'POST', ...init }));
  return [response.status, await response.text()] as const;
};

t.test('what fails in it leaks nothing', async (t) => {
  const odd = createRegistry({ name: 'odd' })
    .mount('/x', () => {
      throw new Error('secret detail');
    })
    .mount('/none', (() => undefined) as never)
    .mount('/used', async () => {
      const used = new Response('secret');
      await used.text();
      return used;
    });
  for (const path of ['/x/y', '/none/y', '/used/y']) {
    const [status, body] = await text(odd, {}, path);
    t.equal(status, 500, path);
    t.notMatch(body, 'secret');
    t.match(body, /"code":"(INTERNAL_ERROR|BAD_REPLY)"/);
  }
});

t.test('the body limit holds, whatever the app makes of it', async (t) => {
  const registry = createRegistry({ name: 'svc' }).mount(
    '/x',
    async (request) => new Response(await request.text().catch(() => 'swallowed')),
    { bodyLimit: 10 },
  );
  const chunked = {
    body: ReadableStream.from([Buffer.from('123456'), Buffer.from('789012')]),
    duplex: 'half',
  };
  t.match(await text(registry, chunked as RequestInit), [413, /PAYLOAD_TOO_LARGE/]);
  t.strictSame(await text(registry, { body: '1234567890' }), [200, '1234567890']);
});

t.test('an interceptor may have read the body', async (t) => {
  const registry = createRegistry({ name: 'svc' })
    .use(async (request, _context, next) => {
      await request.text();
      return next();
    })
    .mount('/x', async (request) => new Response(await request.text()));
  t.strictSame(await text(registry, { body: 'again' }), [200, 'again']);
});

t.test('bodies stream both ways', async (t) => {
  const registry = createRegistry({ name: 'svc' }).mount('/x', (request) => new Response(request.body));
  const sent: string[] = [];
  async function* body() {
    for (const piece of ['one', 'two']) {
      sent.push(piece);
      yield Buffer.from(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const request = new Request('http://localhost/x/y', {
    method: 'POST',
    body: body(),
    duplex: 'half',
  } as never);
  const reader = (await registry.fetch(request)).body!.getReader();
  t.equal(Buffer.from((await reader.read()).value!).toString(), 'one');
  t.equal(Buffer.from((await reader.read()).value!).toString(), 'two');
  t.equal((await reader.read()).done, true);
});

t.test('header text beyond bytes reaches it as UTF-8', async (t) => {
  const registry = createRegistry({ name: 'svc' }).mount(
    '/x',
    (request) => new Response(request.headers.get('x-name')),
  );
  const { context } = recorded();
  const raw = rawRequest('GET', '/x/y', { headers: { 'x-name': '世' } });
  const response = await registry.freeze().dispatch(raw, context);
  const got = await buffer(response.body as AsyncIterable<Uint8Array>);
  t.equal(Buffer.from(got.toString(), 'latin1').toString(), '世');
});

t.test('it is placed as a route, and its mistakes are told at registration', async (t) => {
  const service = createRegistry({ name: 'svc' })
    .mount('/x', () => new Response(), { runOn: 'instances', description: 'the old app', timeoutMs: 1000 })
    .freeze();
  t.strictSame([...new Set(service.routes.map(({ path }) => path))], ['/x', '/x/*']);
  const { routes } = placementOf(service);
  t.ok(routes.length === 14 && routes.every(({ runOn }) => runOn === 'instances'));
  const described = routes.map(({ route: { method, path }, runOn }) => ({ method, path, runOn }));
  t.match(listenerRules(described, 'lambda'), [
    { side: 'instances', methods: undefined, paths: ['/x', '/x/*'] },
  ]);
  const refused = (prefix: string, handler: unknown, options?: object) => () =>
    createRegistry({ name: 'svc' }).mount(prefix, handler as never, options as never);
  t.throws(
    refused('x', () => {}),
    ConfigError,
  );
  t.throws(
    refused('/x/*', () => {}),
    { message: /mount \/x\/\*: a prefix needs no wildcard/ },
  );
  t.throws(refused('/x', {}), { message: 'mount /x: it takes a registry or a fetch handler' });
  t.throws(
    refused('/x', () => {}, { keep: true }),
    { message: /ALL \/x: there is no option keep/ },
  );
  t.throws(
    () =>
      createRegistry({ name: 'svc' })
        .all('/x/*', () => 1)
        .mount('/x', () => new Response()),
    ConfigError,
  );
});
