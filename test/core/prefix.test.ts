// Which requests an interceptor sees is decided as the router decides: a guard cannot be passed by another spelling.
import t from 'tap';
import { createRegistry, HttpError, type Registry } from '../../src/core/index.ts';
import { send } from './support.ts';

const newRegistry = (name = 'svc') => createRegistry({ name });

function guarded(): Registry {
  return newRegistry()
    .use('/orders', (request) => {
      throw new HttpError(401, 'WHO', `Not without a token: ${request.path}`);
    })
    .get('/orders', () => 'list')
    .get('/orders/:id', (request) => `order ${request.params.id}`)
    .get('/:section/:id/details', (request) => `details of ${request.params.section}`)
    .get('/ordersX', () => 'another')
    .get('/*', (request) => `rest ${request.path}`);
}

t.test('a prefix covers its own path and all below it, whatever route takes them', async (t) => {
  const registry = guarded();
  for (const path of [
    ...['/orders', '/orders/1', '/orders/', '/%6Frders', '/%6frders/1', '/o%72ders/%31', '/orders/1/details'],
    ...['/orders/1/2/3', '/%6Frders/1/details', '/orders//1', '/orders/%2F'],
  ]) {
    t.equal((await send(registry, 'GET', path)).status, 401, path);
  }
  t.equal((await send(registry, 'DELETE', '/orders/1')).status, 401, '405 too');
  for (const path of [
    '/ordersX',
    '/',
    '/a/b',
    '/a/orders/x',
    '//orders',
    '/orders%2F1',
    '/users/1/details',
  ]) {
    t.equal((await send(registry, 'GET', path)).status, 200, path);
  }
});

t.test(
  'property: what passes a guard on the prefix passes one on request.path, and the reverse',
  async (t) => {
    const byPath = newRegistry()
      .use((request, _context, next) => {
        if (`${request.path}/`.startsWith('/orders/'))
          throw new HttpError(401, 'WHO', 'Not without a token.');
        return next();
      })
      .all('/orders/*', () => 'secret')
      .all('/orders', () => 'secret')
      .all('/*', (request) => `open ${request.path}`);
    const byPrefix = guarded();
    const pieces = [
      '/',
      '//',
      'orders',
      '%6Frders',
      'order%73',
      '%2F',
      '%2f',
      '.',
      '..',
      '%2e',
      '%2E%2e',
      '%25',
      'a',
      '%',
      '\\',
      'é',
      '%C3%A9',
      ';x',
    ];
    let state = 12345;
    const next = (below: number) => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return state % below;
    };
    const seen = new Map<number, number>();
    for (let i = 0; i < 4000; i++) {
      let path = '/';
      for (let n = next(6); n >= 0; n--) path += pieces[next(pieces.length)];
      const [one, other] = [await send(byPath, 'GET', path), await send(byPrefix, 'GET', path)];
      seen.set(one.status, (seen.get(one.status) ?? 0) + 1);
      // What is no path may be told 400 or 401, as long as nobody gets in.
      if (one.status !== other.status && (one.status === 200 || other.status === 200))
        t.fail(`${path}: ${one.status} by path, ${other.status} by prefix`);
      if (one.body === 'secret') t.fail(`${path} passed the guard`);
      if (one.status === 200) {
        const canonical = String(one.body).slice('open '.length);
        const url = new URL(`http://h${canonical}`);
        if (url.pathname !== canonical) t.fail(`${path}: the URL has ${url.pathname}, the path ${canonical}`);
      }
    }
    t.ok(
      [200, 400, 401].every((status) => (seen.get(status) ?? 0) > 100),
      JSON.stringify([...seen]),
    );
  },
);

t.test('a prefix with a parameter, and refusals', async (t) => {
  const registry = newRegistry()
    .use('/users/:id', () => 'guarded')
    .get('/users/:name/posts', () => 'posts')
    .get('/users', () => 'users');
  t.equal((await send(registry, 'GET', '/users/7/posts')).body, 'guarded');
  t.equal((await send(registry, 'GET', '/users')).body, 'users');
  for (const [prefix, message] of [
    ['/a/', 'use /a/: a prefix starts with / and does not end with it'],
    ['/a/*', 'use /a/*: a prefix needs no wildcard, it covers all below it'],
    ['a', 'route path "a": it must start with /'],
  ] as const) {
    t.throws(() => newRegistry().use(prefix, () => 1), { message });
  }
});

t.test('interceptors of one route are inside the others', async (t) => {
  const order: string[] = [];
  const noting = (name: string) => (_request: unknown, _context: unknown, next: () => Promise<unknown>) => {
    order.push(name);
    return next();
  };
  const registry = newRegistry()
    .get('/a', { interceptors: [noting('own'), noting('own 2')] }, () => 'a')
    .get('/b', () => 'b')
    .use('/a', noting('prefix'))
    .use(noting('all'));
  await send(registry, 'GET', '/a');
  t.strictSame(order, ['prefix', 'all', 'own', 'own 2']);
  order.length = 0;
  await send(registry, 'GET', '/b');
  t.strictSame(order, ['all']);
});

t.test('request.route is the pattern that matched', async (t) => {
  const routes: unknown[] = [];
  const registry = newRegistry()
    .use((request, _context, next) => {
      routes.push(request.route);
      return next();
    })
    .get('/users/:id', () => 'u')
    .all('/files/*', () => 'f');
  for (const path of ['/users/1', '/files/a/b', '/none']) await send(registry, 'GET', path);
  await send(registry, 'HEAD', '/users/1');
  t.strictSame(routes, ['/users/:id', '/files/*', undefined, '/users/:id']);
});
