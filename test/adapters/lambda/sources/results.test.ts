import { gunzipSync, gzipSync } from 'node:zlib';
import t from 'tap';
import { type HttpHandler, reply } from '../../../../src/core/index.ts';
import { ALL, alb, albMulti, answer, functionUrl, latticeV1, latticeV2, v1, v2 } from './support.ts';

const EXPIRES = 'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/';

t.test('the shape of each source', async (t) => {
  const hello: HttpHandler = () => 'hé';
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  const plain = { statusCode: 200, headers, body: 'hé', isBase64Encoded: false };
  for (const event of [v1(), v2(), functionUrl()]) t.same((await answer(event, hello)).result, plain);
  for (const event of [alb(), latticeV1(), latticeV2()])
    t.same((await answer(event, hello)).result, { ...plain, statusDescription: '200 OK' });
  t.same((await answer(albMulti(), hello)).result, {
    statusCode: 200,
    statusDescription: '200 OK',
    multiValueHeaders: { 'content-type': ['text/plain; charset=utf-8'] },
    body: 'hé',
    isBase64Encoded: false,
  });
});

t.test('an ALB reply is in the mode that came in, errors included', async (t) => {
  const fail: HttpHandler = () => {
    throw new Error('secret');
  };
  const single = (await answer(alb(), fail)).result;
  t.match(single, { statusCode: 500, statusDescription: '500 Internal Server Error' });
  t.equal(single.headers?.['content-type'], 'application/problem+json; charset=utf-8');
  t.equal(single.multiValueHeaders, undefined);
  t.notMatch(single.body, /secret/);
  const multi = (await answer(albMulti(), fail)).result;
  t.same(multi.multiValueHeaders, { 'content-type': ['application/problem+json; charset=utf-8'] });
  t.equal(multi.headers, undefined);
  const odd = (await answer(alb(), () => reply('x', { status: 299 }))).result;
  t.equal(odd.statusDescription, '299 Unknown');
});

t.test('numbers and booleans in headers become strings; hop-by-hop headers are dropped', async (t) => {
  const headers = {
    'X-Count': 3,
    'x-ok': true,
    connection: 'close',
    'Transfer-Encoding': 'chunked',
    te: 'trailers',
  };
  for (const [name, make] of Object.entries(ALL)) {
    const { result } = await answer(make(), () => reply('x', { headers }));
    const expected = { 'content-type': 'text/plain; charset=utf-8', 'x-count': '3', 'x-ok': 'true' };
    const lists = Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, [value]]));
    t.same(result.headers ?? result.multiValueHeaders, name === 'albMulti' ? lists : expected, name);
  }
});

t.test('HEAD and 204 carry neither body nor type', async (t) => {
  for (const [name, make] of Object.entries(ALL)) {
    const asked = make(headChange(name));
    const { result } = await answer(asked, () => reply({ a: 1 }, { headers: { 'x-a': '1' } }));
    t.match(result, { statusCode: 200, body: '', isBase64Encoded: false }, name);
    t.same(Object.keys(result.headers ?? result.multiValueHeaders ?? {}), ['x-a'], name);
    const none = await answer(make(), () => undefined);
    t.match(none.result, { statusCode: 204, body: '', isBase64Encoded: false }, name);
    t.same(none.result.headers ?? none.result.multiValueHeaders, {}, name);
  }
});

function headChange(source: string): Record<string, unknown> {
  if (source === 'v2' || source === 'functionUrl') return { http: { method: 'HEAD' } };
  return source.startsWith('lattice') ? { method: 'HEAD' } : { httpMethod: 'HEAD' };
}

t.test('two cookies arrive each once where they can, and an Expires is never split', async (t) => {
  const two: HttpHandler = () => reply('x', { cookies: [EXPIRES, 'b=2'] });
  const cookies = [EXPIRES, 'b=2'];
  for (const event of [v2(), functionUrl()]) {
    const { result } = await answer(event, two);
    t.same(result.cookies, cookies);
    t.notOk('set-cookie' in (result.headers ?? {}));
  }
  const rest = (await answer(v1(), two)).result;
  t.same(rest.multiValueHeaders, { 'set-cookie': cookies });
  t.notOk('set-cookie' in (rest.headers ?? {}));
  t.same((await answer(albMulti(), two)).result.multiValueHeaders?.['set-cookie'], cookies);
});

t.test('two cookies where one fits: the first is sent and the rest are named in a warning', async (t) => {
  const two: HttpHandler = () => reply('x', { cookies: [EXPIRES, 'b=secret'] });
  for (const [name, event] of [
    ['alb', alb()],
    ['vpc-lattice-v1', latticeV1()],
  ] as const) {
    const { result, lines } = await answer(event, two);
    t.equal(result.headers?.['set-cookie'], EXPIRES);
    t.equal(lines.length, 1);
    t.match(lines[0], { level: 'WARN', message: `${name} takes one Set-Cookie only`, dropped: ['b'] });
    t.notMatch(JSON.stringify(lines), /secret/);
  }
  const one = await answer(alb(), () => reply('x', { cookies: [EXPIRES] }));
  t.equal(one.result.headers?.['set-cookie'], EXPIRES);
  t.same(one.lines, [], 'one cookie is no reason to warn');
  const three = await answer(latticeV2(), () => reply('x', { cookies: [EXPIRES, 'b=2', 'c=3'] }));
  t.strictSame(three.result.headers?.['set-cookie'], [EXPIRES, 'b=2', 'c=3']);
  t.same(three.lines, []);
});

t.test('text stays text, other bytes are base64', async (t) => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const typed = (body: unknown, type: string, encoding?: string) =>
    reply(body, { headers: { 'content-type': type, ...(encoding ? { 'content-encoding': encoding } : {}) } });
  const zipped = gzipSync('{"a":1}');
  const cases: [string, unknown, boolean][] = [
    ['a JSON value', { a: 'é' }, false],
    ['text', 'é', false],
    ['octet-stream', bytes('abc'), true],
    ['octet-stream of a string', typed('abc', 'application/octet-stream'), true],
    ['UTF-8 bytes without a type', reply(bytes('é'), { headers: { 'content-type': null } }), false],
    [
      'other bytes without a type',
      reply(new Uint8Array([0xe9]), { headers: { 'content-type': null } }),
      true,
    ],
    ['text bytes', typed(bytes('é😀'), 'text/css'), false],
    ['text bytes that are not UTF-8', typed(new Uint8Array([0xe9]), 'text/plain; charset=iso-8859-1'), true],
    ['a vendor JSON type', typed(bytes('{}'), 'application/vnd.api+json; charset=utf-8'), false],
    ['SVG', typed('<svg/>', 'image/svg+xml'), false],
    ['a form', typed('a=1', 'application/x-www-form-urlencoded'), false],
    ['upper-case type', typed(bytes('{}'), 'Application/JSON'), false],
    ['an image', typed(bytes('abc'), 'image/png'), true],
    ['a type that only starts like JSON', typed(bytes('a'), 'application/jsonx'), true],
    ['gzip with a text type', typed(zipped, 'application/json', 'gzip'), true],
    ['compressed bytes that happen to be UTF-8', typed(bytes('abc'), 'text/plain', 'br'), true],
    ['identity encoding', typed('{}', 'application/json', 'identity'), false],
  ];
  for (const [name, value, base64] of cases) {
    for (const event of [v1(), v2(), alb(), latticeV2()]) {
      const { result } = await answer(event, () => value);
      t.equal(result.isBase64Encoded, base64, name);
    }
  }
  const { result } = await answer(v2(), () => typed(zipped, 'application/json', 'gzip'));
  t.equal(gunzipSync(Buffer.from(result.body, 'base64')).toString(), '{"a":1}');
});

t.test('a view into a larger buffer sends its own bytes only', async (t) => {
  const view = new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 3);
  t.equal((await answer(v2(), () => view)).result.body, Buffer.from([2, 3]).toString('base64'));
});

t.test('a streamed body is collected', async (t) => {
  async function* chunks() {
    yield 'é';
    yield new Uint8Array([0xf0, 0x9f]);
    yield new Uint8Array([0x98, 0x80]);
  }
  const text = reply(chunks(), { headers: { 'content-type': 'text/plain' } });
  t.match((await answer(v2(), () => text)).result, { body: 'é😀', isBase64Encoded: false });
  const web = () => new Response('abc', { headers: { 'content-type': 'text/plain' } });
  t.match((await answer(albMulti(), web)).result, { body: 'abc', isBase64Encoded: false });
});

t.test('a stream that breaks is a 500 that leaks nothing, with a log line', async (t) => {
  async function* broken() {
    yield 'a';
    throw new Error('secret');
  }
  const { result, lines } = await answer(v1(), () => broken());
  t.equal(result.statusCode, 500);
  t.notMatch(result.body, /secret/);
  t.match(lines, [{ level: 'ERROR', message: 'request failed', error: { message: 'secret' } }]);
});

const MB = 1024 * 1024;

t.test('over 1 MB to an ALB or 6 MB elsewhere is an error with a log line', async (t) => {
  for (const [name, make] of Object.entries(ALL)) {
    const limit = name.startsWith('alb') ? MB : 6 * MB;
    const fits = await answer(make(), () => 'x'.repeat(limit - 1000));
    t.equal(fits.result.statusCode, 200, name);
    t.same(fits.lines, []);
    const { result, lines } = await answer(make(), () => 'x'.repeat(limit));
    t.equal(result.statusCode, 500, name);
    t.match(JSON.parse(result.body), { code: 'RESPONSE_TOO_LARGE', status: 500 });
    t.match(lines, [{ level: 'ERROR', message: 'request failed', status: 500, path: '/x' }]);
  }
});

t.test('the limit counts bytes of JSON: base64, escapes and UTF-8 grow', async (t) => {
  const cases: [string, unknown][] = [
    ['base64', new Uint8Array(0.8 * MB)],
    ['control characters', '\u0001'.repeat(MB / 5)],
    ['UTF-8', '€'.repeat(MB / 2.9)],
    ['quotes', '"'.repeat(MB / 1.9)],
  ];
  for (const [name, value] of cases) {
    t.equal((await answer(alb(), () => value)).result.statusCode, 500, name);
    t.equal((await answer(v2(), () => value)).result.statusCode, 200, name);
  }
});

t.test('an endless stream is given up at the limit, and closed', async (t) => {
  let closed = false;
  async function* endless() {
    try {
      for (;;) yield new Uint8Array(64 * 1024);
    } finally {
      closed = true;
    }
  }
  const { result } = await answer(alb(), () => endless());
  t.match(JSON.parse(result.body), { code: 'RESPONSE_TOO_LARGE' });
  t.ok(closed);
});

t.test('a lone surrogate becomes the character that the HTTP server would send', async (t) => {
  t.equal((await answer(v2(), () => 'x\ud800')).result.body, 'x\ufffd');
});
