import t from 'tap';
import { ConfigError, createRegistry, type EventSource, reply } from '../../src/core/index.ts';
import { recorded, send } from './support.ts';

const newRegistry = () => createRegistry({ name: 'svc' });
const nothing = () => undefined;

const source: EventSource<string> = {
  type: 'lines',
  matches: (event) => typeof event === 'string',
  run: async (event, context, handler) =>
    Promise.all(
      String(event)
        .split('\n')
        .map((line) => handler(line, context)),
    ),
};

t.test('a service name is checked', async (t) => {
  for (const name of [
    '',
    '1a',
    '-a',
    'a_b',
    'a b',
    'ä',
    'a'.repeat(49),
    'a\n',
    undefined,
    null,
    5,
    ['abc'],
  ]) {
    const message = `createRegistry: name ${JSON.stringify(name)} must be a letter, then letters, digits or -, at most 48`;
    t.throws(() => createRegistry({ name } as { name: string }), new ConfigError(message));
  }
  t.throws(() => createRegistry(undefined as never), ConfigError);
  const { name, version, description } = createRegistry({ name: `a${'-'.repeat(47)}` });
  t.strictSame([name.length, version, description], [48, '0.0.0', '']);
});

t.test('duplicates are refused, other parameter names included', async (t) => {
  const registry = newRegistry().get('/users/:id', nothing).all('/x/*', nothing).function('f', nothing);
  const refusals: [() => unknown, string][] = [
    [() => registry.get('/users/:id', nothing), 'GET /users/:id: already registered as GET /users/:id'],
    [() => registry.get('/users/:name', nothing), 'GET /users/:name: already registered as GET /users/:id'],
    [() => registry.all('/x/*', nothing), 'ALL /x/*: already registered as GET /x/*'],
    [() => registry.function('f', nothing), 'function f: already registered'],
    [() => registry.event('f', source, nothing), 'function f: already registered'],
  ];
  for (const [register, message] of refusals) t.throws(register, new ConfigError(message));
  t.doesNotThrow(() =>
    registry.post('/users/:id', nothing).get('/users/:id/', nothing).get('/users/id', nothing),
  );
});

t.test('function names', async (t) => {
  for (const name of ['', 'a b', 'a.b', 'é', 'a'.repeat(65), 5, undefined]) {
    const message = `function ${JSON.stringify(name)}: a name is 1 to 64 letters, digits, - or _`;
    t.throws(() => newRegistry().function(name as string, nothing), new ConfigError(message));
  }
  const reserved = new ConfigError('function http: this name stands for the HTTP routes');
  t.throws(() => newRegistry().function('http', nothing), reserved);
  t.throws(() => newRegistry().event('http', source, nothing), reserved);
  t.ok(newRegistry().function('a'.repeat(64), nothing).freeze().functions.has('a'.repeat(64)));
});

t.test('handlers, sources and options are checked', async (t) => {
  const bad = (value: unknown) => value as never;
  const refusals: [() => unknown, string][] = [
    [() => newRegistry().get('/a', bad('x')), 'GET /a: the handler must be a function'],
    [() => newRegistry().all('/a', bad(undefined)), 'ALL /a: the handler must be a function'],
    [() => newRegistry().function('f', bad({})), 'function f: the handler must be a function'],
    [() => newRegistry().event('e', source, bad(1)), 'event e: the handler must be a function'],
    [
      () => newRegistry().event('e', bad({ type: 'x' }), nothing),
      'event e: the second argument must be an event source',
    ],
    [
      () => newRegistry().event('e', bad(undefined), nothing),
      'event e: the second argument must be an event source',
    ],
    [() => newRegistry().use(bad(null)), 'use: the handler must be a function'],
    [() => newRegistry().useFunction(bad(null)), 'useFunction: the handler must be a function'],
    [
      () => newRegistry().get('/a', { body: bad('file') }, nothing),
      "GET /a: body must be 'buffer' or 'stream'",
    ],
    [
      () => newRegistry().get('/a', { bodyLimit: -1 }, nothing),
      'GET /a: bodyLimit must be a whole number of bytes',
    ],
    [
      () => newRegistry().get('/a', { bodyLimit: 1.5 }, nothing),
      'GET /a: bodyLimit must be a whole number of bytes',
    ],
    [
      () => newRegistry().get('/a', bad({ schema: { cookies: {} } }), nothing),
      'GET /a: schema.cookies is unknown, use one of params, query, headers, body, response',
    ],
    [
      () => newRegistry().get('/a', { schema: { body: bad({}) } }, nothing),
      'GET /a: schema.body is not a Standard Schema',
    ],
    [
      () => newRegistry().get('/a', { schema: { body: bad(null) } }, nothing),
      'GET /a: schema.body is not a Standard Schema',
    ],
    [() => newRegistry().get('a', nothing), 'route path "a": it must start with /'],
  ];
  for (const [register, message] of refusals) t.throws(register, new ConfigError(message), message);
});

t.test('frozen is frozen', async (t) => {
  const registry = newRegistry().get('/', nothing).function('f', nothing);
  const service = registry.freeze();
  t.equal(registry.freeze(), service);
  const late: [string, () => unknown][] = [
    ['GET /b', () => registry.get('/b', nothing)],
    ['ALL /b', () => registry.all('/b', nothing)],
    ['function g', () => registry.function('g', nothing)],
    ['use', () => registry.use((_request, _context, next) => next())],
    ['useFunction', () => registry.useFunction((_event, _context, next) => next())],
  ];
  for (const [what, register] of late) {
    t.throws(register, new ConfigError(`${what}: registry svc is frozen, register before the start`));
  }
  t.strictSame([service.routes.length, service.functions.size], [1, 1]);
  t.ok(Object.isFrozen(service.routes[0]) && Object.isFrozen(service.functions.get('f')));
});

t.test('all() gives way to one method, in either order, and HEAD goes with GET', async (t) => {
  const one = () => 'one';
  const every = () => 'all';
  const orders = [
    newRegistry().get('/a/:x', one).put('/a/:y', one).all('/a/:z', every),
    newRegistry().all('/a/:z', every).put('/a/:y', one).get('/a/:x', one),
  ];
  for (const registry of orders) {
    const bodies = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'].map(
      async (method) => (await send(registry, method, '/a/1')).body,
    );
    t.strictSame(await Promise.all(bodies), ['one', 'one', 'all', 'all', 'all', 'all']);
    const { handler } = registry.freeze().resolve('HEAD', '/a/1');
    t.equal(await handler({ admitBody: () => undefined } as never, undefined as never), 'one');
    t.strictSame(
      registry.freeze().routes.filter((route) => route.method === 'HEAD'),
      [],
    );
  }
});

t.test('HEAD follows GET past a wildcard of all(), its own route first', async (t) => {
  const tag = (via: string) => () => reply('body', { headers: { via } });
  const registry = newRegistry()
    .get('/', tag('get'))
    .all('/*', tag('all'))
    .get('/h', tag('get'))
    .head('/h', tag('head'));
  const via = async (method: string, path: string) => {
    const { status, headers, body } = await send(registry, method, path);
    return [status, headers.via, body];
  };
  t.strictSame(await via('HEAD', '/'), [200, 'get', undefined]);
  t.strictSame(await via('HEAD', '/h'), [200, 'head', undefined]);
  t.strictSame(await via('HEAD', '/other'), [200, 'all', undefined]);
  t.strictSame(await via('GET', '/'), [200, 'get', 'body']);
});

t.test('404, 405 with allow, OPTIONS, unknown methods and bad URLs', async (t) => {
  const registry = newRegistry()
    .get('/a/:id', nothing)
    .delete('/a/x', nothing)
    .post('/o', nothing)
    .options('/o', () => 'own');
  const none = await send(registry, 'GET', '/none');
  t.match(none.json(), {
    status: 404,
    code: 'ROUTE_NOT_FOUND',
    title: 'Not Found',
    detail: 'There is no route /none.',
  });
  t.equal(none.headers['content-type'], 'application/problem+json; charset=utf-8');
  t.equal((await send(registry, 'OPTIONS', '/none')).status, 404);
  for (const method of ['POST', 'PROPFIND', 'get', '__proto__']) {
    const wrong = await send(registry, method, '/a/x');
    t.match(wrong, { status: 405, headers: { allow: 'GET, DELETE, HEAD, OPTIONS' } }, method);
    t.match(wrong.json(), { code: 'METHOD_NOT_ALLOWED', detail: `/a/x does not take ${method}.` });
  }
  const options = await send(registry, 'OPTIONS', '/a/1');
  t.match(options, { status: 204, headers: { allow: 'GET, HEAD, OPTIONS' }, body: undefined });
  t.match(await send(registry, 'OPTIONS', '/o'), { status: 200, body: 'own' });
  for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'PROPFIND'])
    t.equal((await send(registry, method, '/a/%zz')).status, 400, method);
  t.match((await send(registry, 'GET', '/a/%zz')).json(), { code: 'BAD_URL' });
});

t.test('functions and events run by name, inside useFunction', async (t) => {
  const order: string[] = [];
  const registry = newRegistry()
    .function('f', (event: { n: number }) => event.n + 1)
    .event('e', source, (line) => line.toUpperCase())
    .function('boom', () => {
      throw new Error('boom');
    })
    .useFunction(async (event, _context, next) => {
      order.push('outer');
      if (event === 'stop') return 'stopped';
      return { wrapped: await next() };
    })
    .useFunction((_event, _context, next) => {
      order.push('inner');
      return next();
    });
  const { functions } = registry.freeze();
  const { context } = recorded();
  const call = async (name: string, event: unknown) => functions.get(name)!.handler(event, context);
  t.strictSame(await call('f', { n: 1 }), { wrapped: 2 });
  t.strictSame(await call('e', 'a\nb'), { wrapped: ['A', 'B'] });
  t.strictSame(await call('f', 'stop'), 'stopped');
  await t.rejects(call('boom', {}), { message: 'boom' });
  t.strictSame(order, ['outer', 'inner', 'outer', 'inner', 'outer', 'outer', 'inner']);
  t.strictSame(
    [...functions.values()].map(({ name, kind }) => [name, kind]),
    [
      ['f', 'function'],
      ['e', 'event'],
      ['boom', 'function'],
    ],
  );
  t.equal(functions.get('e')!.source, source as unknown);
});
