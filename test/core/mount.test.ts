import t from 'tap';
import { createRegistry, type Registry } from '../../src/core/index.ts';
import { recorded, send } from './support.ts';

const newRegistry = (name = 'svc') => createRegistry({ name });

function admin(): Registry {
  return newRegistry('admin')
    .use(async (_request, _context, next) => {
      const answer = await next();
      answer.headers['x-admin'] = 'yes';
      return answer;
    })
    .onError(() => ({ from: 'admin' }))
    .get('/', () => 'home')
    .get('/users/:id', (request) => `user ${request.params.id}`)
    .get('/boom', () => {
      throw new Error('x');
    })
    .useFunction(async (_event, _context, next) => ['inner', await next()])
    .function('report', () => 'report');
}

t.test('routes come below the prefix, functions by their names, interceptors around their own', async (t) => {
  const registry = newRegistry()
    .mount('/admin', admin())
    .get('/', () => 'root')
    .get('/admin/own', () => 'own')
    .useFunction(async (_event, _context, next) => ['outer', await next()]);
  const get = (path: string) => send(registry, 'GET', path);
  t.match(await get('/'), { body: 'root', headers: { 'x-admin': undefined } });
  t.match(await get('/admin'), { body: 'home', headers: { 'x-admin': 'yes' } });
  t.match(await get('/admin/users/7'), { body: 'user 7', headers: { 'x-admin': 'yes' } });
  t.notOk('x-admin' in (await get('/admin/own')).headers, "the parent's own route below the prefix");
  t.match(await get('/admin/boom'), { status: 500, body: '{"from":"admin"}' });
  t.match(await get('/admin/none'), { status: 404, body: '{"from":"admin"}', headers: { 'x-admin': 'yes' } });
  t.match(await get('/none'), { status: 404, body: /ROUTE_NOT_FOUND/ });
  const { handler } = registry.freeze().functions.get('report')!;
  t.strictSame(await handler({}, recorded().context), ['outer', ['inner', 'report']]);
});

t.test('a registry may be mounted in one that is mounted, and twice', async (t) => {
  const leaf = newRegistry('leaf').get('/x', (request) => request.route);
  const middle = newRegistry('middle').mount('/leaf', leaf).mount('/again', leaf);
  const registry = newRegistry()
    .mount('/a', middle)
    .mount(
      '/',
      newRegistry('flat').get('/flat', () => 'flat'),
    );
  for (const path of ['/a/leaf/x', '/a/again/x']) t.equal((await send(registry, 'GET', path)).body, path);
  t.equal((await send(registry, 'GET', '/flat')).body, 'flat');
});

t.test('what is taken, circles and late registrations are refused by name', async (t) => {
  const one = newRegistry('one')
    .get('/a', () => 1)
    .function('f', () => 1);
  t.throws(
    () =>
      newRegistry()
        .get('/p/a', () => 2)
        .mount('/p', one),
    {
      message: 'GET /p/a: already registered as GET /p/a',
    },
  );
  t.throws(
    () =>
      newRegistry()
        .function('f', () => 2)
        .mount('/p', one),
    { message: 'function f: already registered' },
  );
  const kept = newRegistry('kept').get('/p/a', () => 'kept');
  t.throws(() => kept.mount('/p', one));
  t.equal((await send(kept, 'GET', '/p/a')).body, 'kept', 'what was refused leaves no trace');
  t.throws(() => one.mount('/x', one), { message: 'mount /x: a registry cannot hold itself' });
  const outer = newRegistry('outer').mount('/in', one);
  t.throws(() => one.mount('/out', outer), { message: 'mount /out: a registry cannot hold itself' });
  t.throws(() => outer.mount('/x', {} as never), { message: 'mount /x: it takes a registry' });
  one.get('/later', () => 'later');
  t.equal((await send(outer, 'GET', '/in/later')).body, 'later', 'until the freeze');
  t.throws(() => one.get('/too-late', () => 1), { message: /registry one is frozen/ });
});
