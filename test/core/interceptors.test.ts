import t from 'tap';
import { createRegistry, HttpError, Reply, reply } from '../../src/core/index.ts';
import { send } from './support.ts';

const newRegistry = () => createRegistry({ name: 'svc' });

t.test('the first registered is the outermost, also when registered after the route', async (t) => {
  const order: string[] = [];
  const registry = newRegistry().get('/', () => void order.push('handler'));
  for (const name of ['first', 'second']) {
    registry.use(async (_request, _context, next) => {
      order.push(`${name} in`);
      const value = await next();
      order.push(`${name} out`);
      return value;
    });
  }
  t.equal((await send(registry, 'GET', '/')).status, 204);
  t.strictSame(order, ['first in', 'second in', 'handler', 'second out', 'first out']);
});

t.test('an interceptor may answer without next', async (t) => {
  const registry = newRegistry()
    .use((request) => (request.headers.authorization ? undefined : reply('who?', { status: 401 })))
    .get('/', () => t.fail('the handler must not run'));
  t.match(await send(registry, 'GET', '/'), { status: 401, body: 'who?' });
  t.match(await send(registry, 'GET', '/', { headers: { authorization: 'x' } }), { status: 204 });
});

t.test('an interceptor changes or replaces the reply, whatever the handler returned', async (t) => {
  const registry = newRegistry()
    .use(async (_request, _context, next) => {
      const answer = await next();
      t.ok(answer instanceof Reply);
      answer.headers['X-Seen'] = true;
      answer.cookies.push('s=1');
      if (answer.body === 'teapot') answer.status = 418;
      return answer;
    })
    .get('/text', () => 'teapot')
    .get('/json', () => ({ a: 1 }))
    .get('/native', () => new Response('n', { status: 201, headers: { 'x-own': '1' } }));
  t.match(await send(registry, 'GET', '/text'), {
    status: 418,
    headers: { 'x-seen': 'true' },
    cookies: ['s=1'],
    body: 'teapot',
  });
  t.match(await send(registry, 'GET', '/json'), {
    status: 200,
    headers: { 'x-seen': 'true' },
    body: '{"a":1}',
  });
  t.match(await send(registry, 'GET', '/native'), {
    status: 201,
    headers: { 'x-seen': 'true', 'x-own': '1' },
  });
});

t.test('an interceptor that only looks on may return nothing', async (t) => {
  const seen: unknown[] = [];
  const registry = newRegistry()
    .use(async (_request, _context, next) => {
      const answer = await next();
      answer.headers['x-added'] = 'yes';
      seen.push(answer.body);
    })
    .use((_request, _context, next) => void next())
    .get('/', () => 'kept')
    .get('/throw', () => {
      throw new HttpError(409, 'TAKEN', 'taken');
    });
  t.match(await send(registry, 'GET', '/'), { status: 200, headers: { 'x-added': 'yes' }, body: 'kept' });
  t.equal((await send(registry, 'GET', '/throw')).status, 409, 'also when next is not awaited');
  t.strictSame(seen, ['kept']);
});

t.test('a Reply shared by all requests stays as it was', async (t) => {
  const shared = reply('hi', { cookies: ['a=1'], headers: { 'x-n': 1 } });
  const registry = newRegistry()
    .use(async (request, _context, next) => {
      const answer = await next();
      answer.cookies.push(`user=${request.headers.user}`);
      answer.headers['x-user'] = request.headers.user;
      return answer;
    })
    .get('/', () => shared);
  t.strictSame((await send(registry, 'GET', '/', { headers: { user: 'ann' } })).cookies, ['a=1', 'user=ann']);
  t.strictSame((await send(registry, 'GET', '/', { headers: { user: 'bob' } })).cookies, ['a=1', 'user=bob']);
  t.strictSame([shared.cookies, shared.headers], [['a=1'], { 'x-n': 1 }]);
});

t.test('errors pass through and may be caught, thrown ones become replies', async (t) => {
  const registry = newRegistry()
    .use(async (_request, _context, next) => {
      try {
        return await next();
      } catch (error) {
        if (error instanceof HttpError && error.code === 'ROUTE_NOT_FOUND')
          return reply('page not found', { status: 404 });
        throw error;
      }
    })
    .use((request, _context, next) => {
      if (request.path === '/sync')
        throw new HttpError(429, 'SLOW_DOWN', 'Later.', { headers: { 'retry-after': '1' } });
      return next();
    })
    .get('/boom', () => {
      throw new Error('secret');
    })
    .get('/sync', () => 'never');
  t.match(await send(registry, 'GET', '/none'), { status: 404, body: 'page not found' });
  t.match(await send(registry, 'GET', '/sync'), { status: 429, headers: { 'retry-after': '1' }, lines: [] });
  const boom = await send(registry, 'GET', '/boom');
  t.equal(boom.status, 500);
  t.notMatch(String(boom.body), /secret/);
});

t.test('the framework answers 405, OPTIONS and bad URLs inside the interceptors', async (t) => {
  const paths: string[] = [];
  const registry = newRegistry()
    .use((request, _context, next) => {
      paths.push(`${request.method} ${request.path}`);
      return next();
    })
    .get('/a', () => 'a');
  for (const [method, path] of [
    ['POST', '/a'],
    ['OPTIONS', '/a'],
    ['GET', '/%zz'],
    ['GET', '/b'],
  ] as const)
    await send(registry, method, path);
  t.strictSame(paths, ['POST /a', 'OPTIONS /a', 'GET /%zz', 'GET /b']);
});

t.test('without interceptors and promises an answer is synchronous', async (t) => {
  const { context } = (await import('./support.ts')).recorded();
  const service = newRegistry()
    .get('/', () => 'now')
    .freeze();
  const response = service.dispatch(
    { method: 'GET', path: '/', rawQuery: '', headers: {}, body: undefined, clientIp: '', scheme: 'http' },
    context,
  );
  t.match(response, { status: 200, body: 'now' });
});
