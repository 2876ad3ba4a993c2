import findMyWay from 'find-my-way';
import t from 'tap';
import { ConfigError } from '../../src/core/index.ts';
import { parsePath, Router } from '../../src/core/router.ts';

function routerOf(...paths: string[]): Router<string> {
  const router = new Router<string>();
  for (const path of paths) if (!router.add(path, path)) throw new Error(`${path} stands twice`);
  return router;
}

const found = (router: Router<string>, path: string) => {
  const match = router.find(path);
  return match && [match.value, { ...match.params }];
};

t.test('every refusal names the path and what is wrong', async (t) => {
  const refusals: [path: unknown, why: string][] = [
    ['/users/{id}', 'write the parameter as :id, not {id}'],
    ['', 'it must start with /'],
    ['a', 'it must start with /'],
    ['*', 'it must start with /'],
    [undefined, 'it must start with /'],
    [7, 'it must start with /'],
    ['/a?b', 'it must not hold ?, # or white space'],
    ['/:id?', 'it must not hold ?, # or white space'],
    ['/a#b', 'it must not hold ?, # or white space'],
    ['/a b', 'it must not hold ?, # or white space'],
    ['/a\nb', 'it must not hold ?, # or white space'],
    ['/*/a', 'a wildcard must be the last segment'],
    ['/a*', 'segment a*: a parameter or wildcard must fill the whole segment'],
    ['/**', 'segment **: a parameter or wildcard must fill the whole segment'],
    ['/a:id', 'segment a:id: a parameter or wildcard must fill the whole segment'],
    ['/a::b', 'segment a::b: a parameter or wildcard must fill the whole segment'],
    ['/:::id', 'segment :::id: a parameter or wildcard must fill the whole segment'],
    ['/::a*', 'segment ::a*: a parameter or wildcard must fill the whole segment'],
    ['/::*', 'segment ::*: a parameter or wildcard must fill the whole segment'],
    ['/:', 'parameter name "" must be a letter, then letters, digits and _'],
    ['/:a-:b', 'parameter name "a-:b" must be a letter, then letters, digits and _'],
    ['/:a(\\d+)', 'parameter name "a(\\\\d+)" must be a letter, then letters, digits and _'],
    ['/:__proto__', 'parameter name "__proto__" must be a letter, then letters, digits and _'],
    ['/:1', 'parameter name "1" must be a letter, then letters, digits and _'],
    ['/a%', 'segment a% has a bad escape'],
    ['/%F0%9F', 'segment %F0%9F has a bad escape'],
    ['/:id/x/:id', 'parameter id stands twice'],
  ];
  for (const [path, why] of refusals) {
    t.throws(
      () => parsePath(path as string),
      new ConfigError(`route path ${JSON.stringify(path)}: ${why}`),
      String(path),
    );
  }
});

t.test('a path shape stands once, whatever its parameters are called', async (t) => {
  const router = routerOf('/a/:x', '/a/*', '/a', '/%61b', '/');
  for (const path of ['/a/:y', '/a/*', '/a', '/ab', '/']) t.equal(router.add(path, path), false, path);
  t.equal(router.add('/a/', ''), true);
});

t.test('order and backtracking', async (t) => {
  const router = routerOf('/a/b/c', '/a/:p/d', '/:p/b/e', '/*', '/a/*');
  t.strictSame(found(router, '/a/b/c'), ['/a/b/c', {}]);
  t.strictSame(found(router, '/a/b/d'), ['/a/:p/d', { p: 'b' }]);
  t.strictSame(found(router, '/a/b/e'), ['/a/*', { '*': 'b/e' }]);
  t.strictSame(found(router, '/x/b/e'), ['/:p/b/e', { p: 'x' }]);
  t.strictSame(found(router, '/x/b/f'), ['/*', { '*': 'x/b/f' }]);
  t.strictSame(found(router, '/a'), ['/*', { '*': 'a' }]);
  t.strictSame(found(router, '/'), ['/*', { '*': '' }]);
});

t.test('what is sent as one segment stays one, and is decoded once', async (t) => {
  const router = routerOf('/u/:id', '/f/*', '/s/a%2Fb', '/s/::x', '/caf%C3%A9', '/é');
  t.strictSame(found(router, '/u/a%2Fb'), ['/u/:id', { id: 'a/b' }]);
  t.strictSame(found(router, '/u/%2525'), ['/u/:id', { id: '%25' }]);
  t.strictSame(found(router, '/u/%F0%9F%98%80%40+'), ['/u/:id', { id: '😀@+' }]);
  t.strictSame(found(router, '/u/'), ['/u/:id', { id: '' }], 'as find-my-way');
  t.equal(found(router, '/u/a/'), undefined);
  t.strictSame(found(router, '/f//host/%2F'), ['/f/*', { '*': '/host//' }]);
  t.strictSame(found(router, '/s/a%2fb'), ['/s/a%2Fb', {}], 'the case of an escape is no difference');
  t.equal(found(router, '/s/a/b'), undefined);
  t.strictSame(found(router, '/s/%3Ax'), undefined, 'reserved characters stay encoded, as in find-my-way');
  t.strictSame(found(router, '/s/:x'), ['/s/::x', {}]);
  t.strictSame(found(router, '/café'), ['/caf%C3%A9', {}]);
  t.strictSame(found(router, '/%c3%a9'), ['/é', {}]);
});

t.test('bad escapes are refused wherever they stand', async (t) => {
  const router = routerOf('/a', '/u/:id', '/w/*');
  for (const path of ['/%', '/a/%zz', '/u/%F0%9F', '/w/x/%80', '/none/%2', '/u/%ED%A0%80']) {
    t.throws(
      () => router.find(path),
      { status: 400, code: 'BAD_URL', message: `The path ${path} has a bad percent escape.` },
      path,
    );
  }
});

t.test('by design unlike find-my-way: a parameter may be of any length', async (t) => {
  const long = 'x'.repeat(101);
  const theirs = findMyWay();
  theirs.on('GET', '/:id', () => {});
  t.equal(theirs.find('GET', `/${long}`), null);
  t.strictSame(found(routerOf('/:id'), `/${long}`), ['/:id', { id: long }]);
});

t.test('params inherit nothing', async (t) => {
  const params = routerOf('/:constructor/x', '/').find('/v/x')!.params;
  t.strictSame(Object.entries(params), [['constructor', 'v']]);
  t.equal(params.toString, undefined);
  t.equal(routerOf('/').find('/')!.params.constructor, undefined);
});

t.test('a path of very many segments neither overflows nor hangs', async (t) => {
  const both = (depth: number) => ['/a', '/:p'].map((first) => `${first}${'/a'.repeat(depth)}`);
  const router = routerOf('/a/*', ...Array.from({ length: 12 }, (_, n) => both(n + 1)).flat());
  t.strictSame(found(router, `/a${'/a'.repeat(50_000)}/b`)?.[0], '/a/*');
});
