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
  t.match(seen, ['kept', /TAKEN/], 'it sees what the client gets of an error');
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

t.test('next resolves to the final reply of everything that goes wrong inside', async (t) => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const seen: [string, number | undefined, string][] = [];
  const registry = newRegistry()
    .use(async (request, _context, next) => {
      const answer = await next();
      seen.push([request.path, answer.status, (answer.error as Error | undefined)?.name ?? 'none']);
      answer.headers['access-control-allow-origin'] = '*';
      return answer;
    })
    .use((request, _context, next) => {
      if (request.path === '/refuse')
        throw new HttpError(429, 'SLOW_DOWN', 'Later.', { headers: { 'retry-after': '1' } });
      return next();
    })
    .get('/boom', () => {
      throw new Error('secret');
    })
    .get('/refuse', () => 'never')
    .get('/circle', () => circle)
    .get('/bigint', async () => ({ list: [1, { big: 1n }] }))
    .get('/status', () => reply('x', { status: 99 }))
    .post('/small', { bodyLimit: 1 }, () => 'never')
    .get('/fine', () => 'fine');
  const cors = { headers: { 'access-control-allow-origin': '*' } };
  const cases: [string, string, number][] = [
    ['GET', '/none', 404],
    ['GET', '/refuse', 429],
    ['GET', '/boom', 500],
    ['GET', '/circle', 500],
    ['GET', '/bigint', 500],
    ['GET', '/status', 500],
    ['POST', '/small', 413],
    ['POST', '/fine', 405],
    ['GET', '/%zz', 400],
    ['GET', '/fine', 200],
  ];
  for (const [method, path, status] of cases) {
    const answer = await send(registry, method, path, { body: Buffer.from('too long') });
    t.match(answer, { status, ...cors }, path);
    t.notMatch(String(answer.body), /secret/);
  }
  t.strictSame(
    seen.map(([, status]) => status ?? 200),
    cases.map(([, , status]) => status),
    'what is counted is what the client gets',
  );
  t.strictSame(
    seen.map(([, , name]) => name),
    [...Array(2).fill('HttpError'), 'Error', ...Array(6).fill('HttpError'), 'none'],
  );
});

t.test('the log of a bad reply names route and place', async (t) => {
  const registry = newRegistry().get('/users/:id', () => ({ list: [1, { 'a b': 1n }] }));
  const { lines } = await send(registry, 'GET', '/users/7');
  t.match(lines, [
    { route: '/users/:id', path: '/users/7', error: { message: /: \.list\[1\]\["a b"\]: a BigInt/ } },
  ]);
});

t.test('an interceptor may replace the reply of an error', async (t) => {
  const registry = newRegistry().use(async (_request, _context, next) => {
    const answer = await next();
    const { error } = answer;
    if (error instanceof HttpError && error.code === 'ROUTE_NOT_FOUND')
      return reply('no page', { status: 404 });
    return answer;
  });
  t.match(await send(registry, 'GET', '/none'), { status: 404, body: 'no page' });
});

t.test(
  'onError shapes what every error becomes; the next hook and the problem document follow',
  async (t) => {
    const registry = newRegistry()
      .onError((error) =>
        error instanceof HttpError && error.status === 404 ? { missing: true } : undefined,
      )
      .onError(async (error) => {
        if ((error as Error).message === 'again') throw new Error('the hook fails');
        return (error as Error).message === 'odd' ? reply({ odd: 1n }, { status: 418 }) : undefined;
      })
      .onError((error) => (error instanceof RangeError ? reply('range', { status: 416 }) : undefined))
      .get('/range', () => {
        throw new RangeError('x');
      })
      .get('/odd', () => {
        throw new Error('odd');
      })
      .get('/again', async () => {
        throw new Error('again');
      });
    t.match(await send(registry, 'GET', '/none'), { status: 404, body: '{"missing":true}' });
    t.match(await send(registry, 'GET', '/range'), { status: 416, body: 'range' });
    for (const path of ['/odd', '/again']) {
      const failed = await send(registry, 'GET', path);
      t.match(failed.json(), { status: 500, code: 'INTERNAL_ERROR' });
      t.match(failed.lines.map(({ message }) => message).sort(), ['onError failed', 'request failed']);
    }
  },
);

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
