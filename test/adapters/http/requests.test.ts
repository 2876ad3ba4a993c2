import type { FastifyInstance } from 'fastify';
import supertest from 'supertest';
import t, { type Test } from 'tap';
import { createHttpServer } from '../../../src/adapters/http/index.ts';
import { createRegistry, HttpError, type HttpRequest, reply } from '../../../src/core/index.ts';
import { RawClient, send, startFor, testOptions } from './support.ts';

const seen = async (request: HttpRequest) => ({
  method: request.method,
  path: request.path,
  url: request.url,
  params: request.params,
  tags: request.query.getAll('tag'),
  headers: request.headers,
  cookies: request.cookies,
  ip: request.clientIp,
  text: await request.text(),
});

async function app(extra = {}) {
  const registry = createRegistry({ name: 'shop' });
  registry
    .get('/', () => 'Hello')
    .post('/', (request) => request.bytes())
    .all('/see/:id', seen)
    .all('/any/*', seen)
    .get('/cookies', () =>
      reply('ok', { cookies: ['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT'] }),
    )
    .get('/json-type', () => reply('{}', { headers: { 'content-type': 'application/vnd.x+json' } }))
    .get('/untyped', () =>
      reply('bytes', { headers: { 'content-type': null, 'x-a': 'b' }, cookies: ['c=1'] }),
    )
    .get('/empty', () => undefined)
    .get('/not-modified', () => reply(undefined, { status: 304, headers: { etag: '"1"' } }))
    .get('/created', () => reply(undefined, { status: 201 }))
    .get('/teapot', () => {
      throw new HttpError(418, 'TEAPOT', 'short and stout');
    })
    .get('/boom', async () => {
      throw new Error('secret');
    });
  const { options, lines } = testOptions(extra);
  const fastify = await createHttpServer(registry.freeze(), options);
  return { fastify, lines };
}

async function ready(tt: Test, extra = {}) {
  const { fastify, lines } = await app(extra);
  tt.teardown(() => fastify.close());
  return { client: supertest(fastify.server), fastify, lines };
}

t.test('a text reply and its headers', async (t) => {
  const { client } = await ready(t);
  const answer = await client.get('/').expect(200, 'Hello');
  t.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
  t.equal(answer.headers['content-length'], '5');
});

t.test('a handler sees method, parameters, repeated keys, headers and cookies', async (t) => {
  const { client } = await ready(t);
  const { body } = await client
    .put('/see/caf%C3%A9%2F1?tag=a&tag=b+c')
    .set({ 'x-many': ['1', '2'] as never, cookie: ['a=1', 'b=2'] as never, 'content-type': 'text/plain' })
    .send('body');
  t.match(body, {
    method: 'PUT',
    path: '/see/caf%C3%A9%2F1',
    params: { id: 'café/1' },
    tags: ['a', 'b c'],
    headers: { 'x-many': '1, 2', cookie: 'a=1; b=2' },
    cookies: { a: '1', b: '2' },
    ip: '127.0.0.1',
    text: 'body',
  });
});

t.test('every method may carry a body, of any type or none', async (t) => {
  const { server } = await startFor(t, (registry) => registry.all('/see/:id', seen));
  for (const method of ['GET', 'DELETE', 'OPTIONS', 'PATCH', 'POST']) {
    const { text } = await send(server.url, '/see/1', {
      method,
      headers: { 'content-length': 4 },
      body: 'data',
    });
    t.match(JSON.parse(text), { method, text: 'data' }, method);
  }
  for (const type of ['garbage', 'application/json', 'text/plain; charset=x', ';;;']) {
    const init = { method: 'POST', headers: { 'content-type': type }, body: '{bad' };
    const answer = await send(server.url, '/see/1', init);
    t.match(JSON.parse(answer.text), { headers: { 'content-type': type }, text: '{bad' }, type);
  }
});

t.test('a body stays bytes; gzip is not decoded; an empty one is empty', async (t) => {
  const { server } = await startFor(t, (registry) =>
    registry.post('/', async (request) => Buffer.from(await request.bytes()).toString('hex')),
  );
  const body = Buffer.from([0, 255, 31, 139, 10]);
  const init = { method: 'POST', headers: { 'content-encoding': 'gzip' }, body };
  t.equal((await send(server.url, '/', init)).text, '00ff1f8b0a');
  t.equal((await send(server.url, '/', { method: 'POST' })).text, '');
});

t.test('odd targets stay as sent', async (t) => {
  const { server } = await startFor(t, (registry) =>
    registry.all('/*', (request) => [request.path, request.url]),
  );
  for (const path of ['//host/x', '/a//b/', '/a;b=1', '/a%2fb'.toUpperCase()]) {
    t.equal(JSON.parse((await send(server.url, path)).text)[0], path);
  }
  const absolute = await send(server.url, 'http://other.example/x/y?q=1', { headers: { host: 'h.example' } });
  t.strictSame(JSON.parse(absolute.text), ['/x/y', 'http://other.example/x/y?q=1']);
  const bare = await send(server.url, 'http://other.example?q=1', { headers: { host: 'h.example' } });
  t.strictSame(JSON.parse(bare.text), ['/', 'http://other.example/?q=1']);
  const { text } = await send(server.url, '/%61/%c3%a9');
  t.equal(JSON.parse(text)[0], '/a/%C3%A9', 'canonical');
});

t.test('what is no valid target is refused, and runs nothing', async (t) => {
  let calls = 0;
  const { server } = await startFor(t, (registry) => {
    registry.get('/view', () => `${calls++}`);
    registry.all('/*', () => `${calls++}`);
  });
  for (const path of ['/view#frag', '/view#', '/a/../view', '/%2e%2E/view', '/./view', '*', 'view', '/a%']) {
    const client = new RawClient(server.port);
    client.write(`GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
    await client.closed;
    t.match(client.received, /^HTTP\/1\.1 400 .*"code":"BAD_(URL|REQUEST)"/s, path);
  }
  const tunnel = new RawClient(server.port);
  tunnel.write('CONNECT example.test:443 HTTP/1.1\r\nhost: example.test:443\r\n\r\n');
  await tunnel.closed;
  t.match(tunnel.received, /^HTTP\/1\.1 405 .*"code":"METHOD_NOT_ALLOWED"/s);
  t.equal(calls, 0);
});

t.test('a path as long as Node takes reaches its parameter', async (t) => {
  const { client } = await ready(t);
  const id = 'x'.repeat(5_000);
  t.equal((await client.get(`/see/${id}`)).body.params.id, id);
});

t.test('headers that Fastify would take for itself reach the handler', async (t) => {
  const { client } = await ready(t);
  const { body } = await client.get('/see/1').set('accept-version', '2.x');
  t.equal(body.headers['accept-version'], '2.x');
});

t.test('header bytes beyond ASCII are tolerated', async (t) => {
  const { server } = await startFor(t, (registry) =>
    registry.get('/', (request) => request.headers['x-name']),
  );
  const client = new RawClient(server.port);
  client.write('GET / HTTP/1.1\r\nhost: a\r\nx-name: caf\xe9\r\nconnection: close\r\n\r\n');
  await client.closed;
  t.match(client.received, /^HTTP\/1\.1 200 OK/);
});

t.test('several cookies are several lines', async (t) => {
  const { client } = await ready(t);
  const answer = await client.get('/cookies');
  t.strictSame(answer.headers['set-cookie'], ['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT']);
});

t.test('the content type is the one of the reply, or none', async (t) => {
  const { client } = await ready(t);
  t.equal((await client.get('/json-type')).headers['content-type'], 'application/vnd.x+json');
  const answer = await client.get('/untyped').buffer(true);
  t.equal(answer.headers['content-type'], undefined);
  t.match(answer.headers, { 'x-a': 'b', 'content-length': '5', 'set-cookie': ['c=1'] });
});

t.test('no body where there must be none', async (t) => {
  const { client } = await ready(t);
  const head = await client.head('/').expect(200);
  t.equal(head.headers['content-type'], undefined);
  t.equal(head.text, undefined);
  const empty = await client.get('/empty').expect(204);
  t.equal(empty.headers['content-type'], undefined);
  t.equal(empty.headers['content-length'], undefined);
  const same = await client.get('/not-modified').expect(304);
  t.match(same.headers, { etag: '"1"' });
  const created = await client.get('/created').expect(201);
  t.equal(created.headers['content-length'], '0');
});

t.test('404, 405, OPTIONS, bad URL and errors are the answers of the core', async (t) => {
  const { client, lines } = await ready(t);
  const problem = { 'content-type': 'application/problem+json; charset=utf-8' };
  const missing = await client.get('/nowhere').expect(404);
  t.match([missing.headers, missing.body], [problem, { code: 'ROUTE_NOT_FOUND' }]);
  const wrong = await client.delete('/').expect(405);
  t.match([wrong.headers.allow, wrong.body.code], ['GET, POST, HEAD, OPTIONS', 'METHOD_NOT_ALLOWED']);
  const options = await client.options('/').expect(204);
  t.equal(options.headers.allow, 'GET, POST, HEAD, OPTIONS');
  t.match((await client.get('/see/%zz').expect(400)).body, { code: 'BAD_URL' });
  t.match((await client.get('/see/%ff').expect(400)).body, { code: 'BAD_URL' });
  t.match((await client.get('/teapot').expect(418)).body, { code: 'TEAPOT', detail: 'short and stout' });
  const boom = await client.get('/boom').expect(500);
  t.equal(boom.body.code, 'INTERNAL_ERROR');
  t.notMatch(boom.text, /secret/);
  t.match(lines, [{ level: 'ERROR', message: 'request failed', error: { message: 'secret' } }]);
});

t.test('methods that no route can have are answered by the core too', async (t) => {
  const { server } = await startFor(t, (registry) => registry.get('/', () => 'x'));
  for (const method of ['PROPFIND', 'TRACE', 'QUERY', 'M-SEARCH']) {
    t.match(await send(server.url, '/', { method }), { status: 405, text: /METHOD_NOT_ALLOWED/ }, method);
  }
  const whole = await send(server.url, '*', { method: 'OPTIONS' });
  t.match(whole, { status: 204, headers: { allow: /GET, POST/ } }, 'of the whole server (RFC 9110, 9.3.7)');
});

t.test('interceptors see what the framework answers', async (t) => {
  const { server } = await startFor(t, (registry) =>
    registry.use(async (_request, _context, next) => {
      const answer = await next();
      return answer.error ? reply('caught', { status: 499 }) : answer;
    }),
  );
  t.match(await send(server.url, '/nowhere'), { status: 499, text: 'caught' });
  t.match(await send(server.url, '/%zz'), { status: 499, text: 'caught' });
});

t.test('the request id is the sane x-request-id, or a new one', async (t) => {
  const { server } = await startFor(t, (registry) =>
    registry.get('/', (_request, context) => [context.requestId, context.traceId, context.functionName]),
  );
  const ask = async (headers: Record<string, string>) =>
    JSON.parse((await send(server.url, '/', { headers })).text);
  t.strictSame(await ask({ 'x-request-id': 'abc-1', 'x-amzn-trace-id': 'Root=1' }), [
    'abc-1',
    'Root=1',
    'shop',
  ]);
  for (const bad of ['a b', 'x'.repeat(129), '{}']) {
    t.match((await ask({ 'x-request-id': bad }))[0], /^[0-9a-f-]{36}$/, bad);
  }
});

t.test('forwarded headers count only from trusted proxies', async (t) => {
  const headers = {
    'x-forwarded-for': '203.0.113.9, 10.1.2.3',
    'x-forwarded-proto': 'https',
    host: 'shop.example',
  };
  const routes = (registry: ReturnType<typeof createRegistry>) =>
    registry.get('/', (request) => [request.clientIp, request.url]);
  const plain = await startFor(t, routes);
  t.strictSame(JSON.parse((await send(plain.server.url, '/', { headers })).text), [
    '127.0.0.1',
    'http://shop.example/',
  ]);
  const behind = await startFor(t, routes, { trustProxy: ['127.0.0.0/8', '10.0.0.0/8'] });
  t.strictSame(JSON.parse((await send(behind.server.url, '/', { headers })).text), [
    '203.0.113.9',
    'https://shop.example/',
  ]);
  const odd = { 'x-forwarded-for': 'unknown', 'x-forwarded-proto': 'gopher', host: 'h' };
  t.strictSame(JSON.parse((await send(behind.server.url, '/', { headers: odd })).text), [
    '127.0.0.1',
    'http://h/',
  ]);
});

t.test('every address may be a trusted proxy', async (t) => {
  const headers = {
    'x-forwarded-for': '203.0.113.9, 10.1.2.3',
    'x-forwarded-proto': 'https',
    host: 'shop.example',
  };
  for (const trustProxy of [['0.0.0.0/0'], ['::/0', '0.0.0.0/0'], ['10.0.0.0/8', '0.0.0.0/0']]) {
    const { server } = await startFor(t, (registry) => registry.get('/', (request) => request.clientIp), {
      trustProxy,
    });
    t.equal((await send(server.url, '/', { headers })).text, '203.0.113.9', trustProxy.join());
  }
  const other = await startFor(t, (registry) => registry.get('/', (request) => request.clientIp), {
    trustProxy: ['::/0'],
  });
  t.equal((await send(other.server.url, '/', { headers })).text, '127.0.0.1', 'of the other family none');
});

t.test('a client on IPv4 has an IPv4 address on a dual-stack listener', async (t) => {
  const routes = (registry: ReturnType<typeof createRegistry>) =>
    registry.get('/', (request) => request.clientIp);
  const { server } = await startFor(t, routes, { host: '::' });
  t.equal((await send(`http://127.0.0.1:${server.port}`, '/')).text, '127.0.0.1');
});

t.test('configure adds Fastify hooks around every route; its 4xx is a problem document', async (t) => {
  const { client } = await ready(t, {
    configure: async (fastify: FastifyInstance) => {
      fastify.addHook('preHandler', async (request) => {
        if (request.headers['x-key'] !== 'k') {
          throw Object.assign(new Error('no key'), { statusCode: 401, code: 'NO_KEY' });
        }
      });
      fastify.addHook('onSend', async (_request, reply) => void reply.header('x-added', 'yes'));
    },
  });
  const refused = await client.post('/').set('content-type', 'garbage').send('x').expect(401);
  t.match(refused.body, { status: 401, code: 'NO_KEY', detail: 'no key' });
  const ok = await client.get('/').set('x-key', 'k').expect(200, 'Hello');
  t.equal(ok.headers['x-added'], 'yes');
});

t.test('paths that Fastify knows by themselves behave as the wildcard does', async (t) => {
  const { server } = await startFor(t, (registry) => {
    registry
      .get('/a/b', () => 'plain')
      .post('/a/b', () => 'posted')
      .all('/c', () => 'all');
    registry.get('/a/:x', (request) => request.params.x);
  });
  const text = async (path: string, method = 'GET') => (await send(server.url, path, { method })).text;
  t.equal(await text('/a/b'), 'plain');
  t.equal(await text('/a/%62'), 'plain');
  t.equal(await text('/a/b', 'POST'), 'posted');
  t.equal(await text('/a/b', 'HEAD'), '');
  t.match(await text('/a/b', 'DELETE'), /METHOD_NOT_ALLOWED/);
  t.match(await text('/a/b/'), /ROUTE_NOT_FOUND/);
  t.equal(await text('/c', 'OPTIONS'), 'all');
});

t.test('inject works without a listener', async (t) => {
  const { fastify } = await app();
  t.teardown(() => fastify.close());
  const answer = await fastify.inject({ method: 'POST', url: '/', payload: 'bytes' });
  t.match(answer, { statusCode: 200, body: 'bytes' });
  t.match((await fastify.inject('/boom')).statusCode, 500);
});

t.test('headers that a load balancer takes are taken', async (t) => {
  const { server } = await startFor(t, (registry) =>
    registry.get('/', (request) => `${Object.keys(request.cookies).length}`),
  );
  const cookie = Array.from({ length: 20 }, (_, i) => `c${i}=${'x'.repeat(1000)}`).join('; ');
  t.match(await send(server.url, '/', { headers: { cookie } }), { status: 200, text: '20' });
  const many = Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`x-${i}`, 'y'.repeat(15_000)]));
  t.equal((await send(server.url, '/', { headers: many })).status, 200, '60 kB in all');
});

t.test(
  'a host that is no authority, or two of them, is refused; interceptors still see a sane request',
  async (t) => {
    const urls: string[] = [];
    const { server } = await startFor(t, (registry) =>
      registry
        .use((request, _context, next) => {
          urls.push(new URL(request.url).href);
          return next();
        })
        .get('/x', (request) => request.url),
    );
    const bad = [
      'a.com/foo?',
      'bad host',
      'u:p@evil',
      'evil\\@x',
      '',
      'a:99999',
      'a:b',
      '[::1',
      '1.2.3.4.5',
      'a#b',
      'a%2Fb',
    ];
    for (const lines of [...bad.map((host) => `host: ${host}`), 'host: a\r\nhost: b', 'host: a\r\nHOST: a']) {
      const client = new RawClient(server.port);
      client.write(`GET /x HTTP/1.1\r\n${lines}\r\nconnection: close\r\n\r\n`);
      await client.closed;
      t.match(client.received, /^HTTP\/1\.1 400 .*"code":"BAD_REQUEST"/s, JSON.stringify(lines));
    }
    t.ok(urls.length > 0 && urls.every((url) => url === 'http://localhost/x'));
    for (const host of [
      'a.example',
      'A.example:8080',
      '[::1]:80',
      '127.0.0.1',
      'under_score',
      'xn--bcher-kva',
    ]) {
      const { text } = await send(server.url, '/x', { headers: { host } });
      t.equal(text, `http://${host}/x`);
      t.equal(new URL(text).pathname, '/x');
    }
    const old = new RawClient(server.port);
    old.write('GET /x HTTP/1.0\r\n\r\n');
    await old.closed;
    t.match(old.received, /http:\/\/localhost\/x$/, 'HTTP/1.0 needs none');
  },
);
