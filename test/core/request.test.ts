import { Readable } from 'node:stream';
import t from 'tap';
import { collect, createRegistry, joinHeaders, parseCookies, type RawRequest } from '../../src/core/index.ts';
import { RequestView } from '../../src/core/request.ts';
import { rawRequest, send } from './support.ts';

const viewOf = (rest: Partial<RawRequest>) => new RequestView(rawRequest('POST', '/p', rest), ROUTED);
const ROUTED = { path: '/p', route: '/p', params: {}, options: {} };
const withBody = (...bytes: number[]) => viewOf({ body: Uint8Array.from(bytes) });

t.test('method, url, path, headers, ip', async (t) => {
  const view = viewOf({ rawQuery: 'a=%20', headers: { host: 'h.test:81' } });
  t.match(view, { method: 'POST', path: '/p', url: 'https://h.test:81/p?a=%20', clientIp: '203.0.113.7' });
  t.equal(viewOf({}).url, 'https://localhost/p');
  t.strictSame(viewOf({}).valid, {});
});

t.test('query', async (t) => {
  const entries = (rawQuery: string) => [...viewOf({ rawQuery }).query];
  t.strictSame(entries('a=1&a=2&b=&c'), [
    ['a', '1'],
    ['a', '2'],
    ['b', ''],
    ['c', ''],
  ]);
  t.strictSame(entries('a+b=c%20d%2B&p=100%&e=%F0%9F%98%80'), [
    ['a b', 'c d+'],
    ['p', '100%'],
    ['e', '😀'],
  ]);
  t.strictSame(entries('?a=1'), [['?a', '1']], 'a second question mark is part of the key');
  t.strictSame(entries(''), []);
  const { query } = viewOf({ rawQuery: '__proto__=x' });
  t.equal(query.get('__proto__'), 'x');
  const view = viewOf({ rawQuery: 'a=1' });
  t.equal(view.query, view.query);
});

t.test('text and JSON drop a BOM and replace invalid UTF-8, as fetch does', async (t) => {
  const bom = [0xef, 0xbb, 0xbf];
  const bodies = [
    [...bom, ...Buffer.from('{"a":"ü"}')],
    [0x22, 0xff, 0xc3, 0x22],
    [...bom, 0x61, ...bom],
    [],
  ];
  for (const bytes of bodies) {
    t.equal(await withBody(...bytes).text(), await new Response(Uint8Array.from(bytes)).text());
  }
  t.strictSame(await withBody(...bodies[0]!).json(), { a: 'ü' });
  t.equal(await withBody(...bodies[1]!).json(), '\ufffd\ufffd');
  t.strictSame([...(await withBody(...bodies[0]!).bytes())].slice(0, 3), bom, 'bytes() keeps it');
});

t.test('bad JSON is a 400 that says why', async (t) => {
  await t.rejects(viewOf({}).json(), {
    status: 400,
    code: 'BAD_JSON',
    message: 'The body is not JSON: it is empty',
  });
  await t.rejects(viewOf({ body: Buffer.from('{"a":') }).json(), {
    status: 400,
    code: 'BAD_JSON',
    message: /^The body is not JSON: ./,
  });
});

t.test('JSON cannot pollute prototypes', async (t) => {
  const value = await viewOf({
    body: Buffer.from('{"__proto__":{"bad":1},"constructor":{"prototype":{"bad":1}}}'),
  }).json<object>();
  t.equal(({} as { bad?: unknown }).bad, undefined);
  t.strictSame(Object.keys(value), ['__proto__', 'constructor']);
});

t.test('a streamed body is read once, by all or as a stream', async (t) => {
  const streamed = () => viewOf({ body: Readable.from([Buffer.from('ab'), Buffer.from('c')]) });
  const view = streamed();
  t.equal(await view.text(), 'abc');
  t.equal(await view.text(), 'abc', 'again from memory');
  t.throws(() => view.stream(), { message: 'the body has already been read' });
  const other = streamed();
  t.equal(await new Response(other.stream()).text(), 'abc');
  t.throws(() => other.stream(), TypeError);
  await t.rejects(other.text(), { message: 'the body is already being read as a stream' });
  t.equal(await new Response(withBody(0x61).stream()).text(), 'a');
  t.equal(await new Response(viewOf({}).stream()).text(), '');
  const failing = viewOf({
    body: Readable.from(
      (async function* () {
        yield Buffer.from('a');
        throw new Error('cut');
      })(),
    ),
  });
  await t.rejects(failing.text(), { message: 'cut' });
});

t.test('collect takes strings and bytes', async (t) => {
  t.equal(
    Buffer.from(await collect(Readable.from(['é', Buffer.from('b'), Uint8Array.of(99)]))).toString(),
    'ébc',
  );
  t.equal((await collect(Readable.from([]))).length, 0);
});

t.test('header lines join', async (t) => {
  const lines: [string, string][] = [
    ['Accept', 'a'],
    ['accept', 'b, c'],
    ['Cookie', 'x=1'],
    ['cookie', 'y=2'],
    ['Host', 'first'],
    ['HOST', 'second'],
    ['X-Ü', 'ü'],
    ['x-empty', ''],
    ['x-empty', ''],
    ['content-type', 'text/a'],
    ['content-type', 'text/b'],
  ];
  t.strictSame(joinHeaders(lines), {
    accept: 'a, b, c',
    cookie: 'x=1; y=2',
    host: 'first',
    'x-ü': 'ü',
    'x-empty': ', ',
    'content-type': 'text/a',
  });
});

t.test('headers named like inherited properties', async (t) => {
  const headers = joinHeaders([
    ['constructor', 'a'],
    ['Constructor', 'b'],
    ['toString', 'c'],
    ['__proto__', 'd'],
    ['__proto__', 'e'],
  ]);
  t.strictSame(
    Object.entries(headers),
    [
      ['constructor', 'a, b'],
      ['tostring', 'c'],
    ],
    '__proto__ is dropped, as node:http does',
  );
  t.equal(Object.getPrototypeOf(headers), Object.prototype);
});

t.test('cookies', async (t) => {
  const cookies = (header: string) => ({ ...parseCookies(header) });
  t.strictSame(cookies('a=1; b="q %41"; a=2;c = x=y ; d; =e; f=%F0%9F%98%80; g=100%; h='), {
    a: '1',
    b: 'q A',
    c: 'x=y',
    f: '😀',
    g: '100%',
    h: '',
  });
  t.strictSame({ ...parseCookies(undefined) }, {});
  const odd = parseCookies('__proto__=a; constructor=b');
  t.strictSame(Object.entries(odd), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
  t.equal(parseCookies('a=1').toString, undefined);
  const view = viewOf({ headers: { cookie: 'a=1' } });
  t.equal(view.cookies, view.cookies);
  t.equal(view.cookies.a, '1');
});

t.test('a handler sees all of it through dispatch', async (t) => {
  const registry = createRegistry({ name: 'svc' }).put(
    '/a/:id/*',
    async ({ method, params, cookies, query, ...request }) => ({
      method,
      params,
      cookies,
      tags: query.getAll('tag'),
      rest: Object.keys(request),
    }),
  );
  const seen = await send(registry, 'PUT', '/a/%40/x/y', {
    rawQuery: 'tag=1&tag=2',
    headers: { cookie: 'k=v' },
  });
  t.match(seen.json(), {
    method: 'PUT',
    params: { id: '@', '*': 'x/y' },
    cookies: { k: 'v' },
    tags: ['1', '2'],
  });
});
