import t from 'tap';
import {
  collect,
  createRegistry,
  HttpError,
  type ReplyInit,
  reply,
  toRawResponse,
} from '../../src/core/index.ts';
import { send } from './support.ts';

const get = (value: unknown) => toRawResponse(value, 'GET');
const JSON_TYPE = 'application/json; charset=utf-8';
const BYTES = 'application/octet-stream';
const text = async (body: unknown) =>
  Buffer.from(await collect(body as AsyncIterable<Uint8Array>)).toString();

async function answer(handler: () => unknown, method = 'GET') {
  return send(createRegistry({ name: 'svc' }).get('/', handler), method, '/');
}

t.test('plain values', async (t) => {
  const cases: [value: unknown, status: number, type: string | undefined, body: unknown][] = [
    ['', 200, 'text/plain; charset=utf-8', ''],
    ['ü', 200, 'text/plain; charset=utf-8', 'ü'],
    [undefined, 204, undefined, undefined],
    [null, 200, JSON_TYPE, 'null'],
    [0, 200, JSON_TYPE, '0'],
    [false, 200, JSON_TYPE, 'false'],
    [[], 200, JSON_TYPE, '[]'],
    [{ a: [1], u: undefined }, 200, JSON_TYPE, '{"a":[1]}'],
    [new Date(0), 200, JSON_TYPE, '"1970-01-01T00:00:00.000Z"'],
    [Object.create(null), 200, JSON_TYPE, '{}'],
    [Buffer.from('b'), 200, BYTES, Buffer.from('b')],
    [Uint8Array.of(1, 2).buffer, 200, BYTES, Uint8Array.of(1, 2)],
    [new DataView(Uint8Array.of(1, 2, 3).buffer, 1, 1), 200, BYTES, Uint8Array.of(2)],
  ];
  for (const [value, status, type, body] of cases) {
    const response = get(value);
    t.strictSame(
      [response.status, response.headers['content-type'], response.body, response.cookies],
      [status, type, body, []],
    );
  }
});

t.test('status and default status', async (t) => {
  t.match(get(reply()), { status: 204, body: undefined });
  t.match(get(reply(undefined, { status: 200 })), { status: 200, headers: {}, body: undefined });
  t.match(get(reply({ id: 1 }, { status: 201 })), { status: 201, body: '{"id":1}' });
  for (const status of [204, 205, 304]) {
    t.strictSame(get(reply('dropped', { status, headers: { etag: 'x' } })), {
      status,
      headers: { etag: 'x' },
      cookies: [],
      body: undefined,
    });
  }
  for (const status of [100, 199, 600, 200.5, Number.NaN, '200', null]) {
    t.throws(
      () => get(reply('x', { status: status as number })),
      { status: 500, code: 'BAD_REPLY' },
      String(status),
    );
  }
});

t.test('headers: scalars, lists, null, case, hop-by-hop', async (t) => {
  const headers = {
    'X-N': 1,
    'x-b': true,
    'X-List': ['a', 2, false],
    'x-null': null,
    'x-undefined': undefined,
    'x-latin': 'ü',
    'x-empty': '',
    'Content-Type': 'text/html',
    'content-length': 99,
    Connection: 'close',
    'Keep-Alive': '1',
    'Transfer-Encoding': 'chunked',
    te: 'x',
    trailer: 'x',
    upgrade: 'h2c',
    'proxy-connection': 'x',
    'proxy-authenticate': 'x',
    'proxy-authorization': 'x',
  };
  t.strictSame(get(reply('x', { headers })).headers, {
    'content-type': 'text/html',
    'x-n': '1',
    'x-b': 'true',
    'x-list': 'a, 2, false',
    'x-latin': 'ü',
    'x-empty': '',
  });
  t.strictSame(get(reply('x', { headers: { 'content-type': null } })).headers, {});
  const late = reply('x');
  late.headers['Content-Type'] = 'text/late';
  t.strictSame(get(late).headers, { 'content-type': 'text/late' });
});

t.test('a native Headers or pairs as headers', async (t) => {
  const headers = new Headers([
    ['X-A', '1'],
    ['x-a', '2'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ]);
  t.match(get(reply('x', { headers, cookies: ['c=3'] })), {
    headers: { 'x-a': '1, 2' },
    cookies: ['c=3', 'a=1', 'b=2'],
  });
  t.match(get(reply('x', { headers: new Map([['X-A', '1']]) })).headers, { 'x-a': '1' });
});

t.test('cookies stay whole, each once', async (t) => {
  const expires = 'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/';
  t.strictSame(get(reply('x', { cookies: [expires, 'b=2'] })).cookies, [expires, 'b=2']);
  t.strictSame(get(reply('x', { cookies: ['c=3'], headers: { 'Set-Cookie': [expires, 'b=2'] } })).cookies, [
    'c=3',
    expires,
    'b=2',
  ]);
  const native = new Response('x');
  native.headers.append('set-cookie', expires);
  native.headers.append('set-cookie', 'b=2');
  const response = get(native);
  t.strictSame([response.cookies, response.headers['set-cookie']], [[expires, 'b=2'], undefined]);
  const shared = reply('x', { cookies: ['a=1'] });
  get(shared).cookies.push('door=1');
  t.strictSame(shared.cookies, ['a=1']);
});

t.test('what HTTP cannot carry is a 500 that leaks nothing and logs why', async (t) => {
  const bad: [ReplyInit, RegExp][] = [
    [{ headers: { 'x-a': 'a\r\nset-cookie: secret=1' } }, /header x-a has a character/],
    [{ headers: { 'x-a': 'secret\n' } }, /header x-a has/],
    [{ headers: { 'x-a': ['ok', 'secret\r'] } }, /header x-a has/],
    [{ headers: { 'x-a': 'secret\0' } }, /header x-a has/],
    [{ headers: { 'x-a': 'secret😀' } }, /header x-a has/],
    [{ headers: { 'x secret': 'a' } }, /header name "x secret" is not a token/],
    [{ headers: { '': 'secret' } }, /header name "" is not a token/],
    [{ headers: { 'set-cookie': 'a=secret\r\nx: y' } }, /header set-cookie has/],
    [{ cookies: ['a=1', 'b=secret\n'] }, /header set-cookie has/],
  ];
  for (const [init, why] of bad) {
    const response = await answer(() => reply('secret', { ...init, status: 201 }));
    t.match(response, {
      status: 500,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
      cookies: [],
    });
    t.strictSame(response.json(), {
      title: 'Internal Server Error',
      status: 500,
      code: 'BAD_REPLY',
      detail: 'The server could not send its reply.',
    });
    t.match(response.lines, [
      { level: 'ERROR', message: 'request failed', requestId: 'r-1', status: 500, error: { message: why } },
    ]);
  }
});

t.test('values that are no reply', async (t) => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const bad: [unknown, string][] = [
    [1n, 'the reply is no JSON value'],
    [{ n: 1n }, 'the reply is no JSON value'],
    [cyclic, 'the reply is no JSON value'],
    [
      {
        toJSON: () => {
          throw null;
        },
      },
      'the reply is no JSON value',
    ],
    [() => 'x', 'the reply is no JSON value: a function is no JSON value'],
    [Symbol('x'), 'the reply is no JSON value: a symbol is no JSON value'],
    [reply(Promise.resolve('x')), 'the body of the reply is a promise, await it first'],
    [reply(reply('x')), 'a reply cannot be the body of another reply'],
    [reply(new Response('x')), 'a reply cannot be the body of another reply'],
  ];
  for (const [value, why] of bad) {
    const response = await answer(() => value);
    t.match(response.json(), { status: 500, code: 'BAD_REPLY' }, why);
    t.match(response.lines, [{ error: { name: 'ConfigError', message: why } }], why);
  }
});

t.test('an Error returned is as one thrown', async (t) => {
  t.match((await answer(() => new HttpError(402, 'PAY', 'Pay first.'))).json(), { status: 402, code: 'PAY' });
  t.match((await answer(async () => new Error('secret'))).json(), { status: 500, code: 'INTERNAL_ERROR' });
});

t.test('native Responses', async (t) => {
  const json = get(Response.json({ a: 1 }, { status: 202, headers: { 'x-a': 'b', connection: 'close' } }));
  t.match(json, { status: 202, headers: { 'content-type': 'application/json', 'x-a': 'b' } });
  t.notOk('connection' in json.headers);
  t.equal(await text(json.body), '{"a":1}');
  for (const status of [204, 205, 304])
    t.strictSame(get(new Response(null, { status })), { status, headers: {}, cookies: [], body: undefined });
  t.match(get(new Response()), { status: 200, headers: {}, body: undefined });
  t.match(get(Response.redirect('https://x.test/', 303)), {
    status: 303,
    headers: { location: 'https://x.test/' },
  });
  const used = new Response('x');
  await used.text();
  t.throws(() => get(used), {
    code: 'BAD_REPLY',
    cause: { message: 'the body of the Response is already read' },
  });
  t.throws(() => get(Response.error()), { code: 'BAD_REPLY' });
});

t.test('HEAD carries no body and no type, but the headers of GET', async (t) => {
  const response = await answer(() => reply('x', { headers: { etag: 'e' }, cookies: ['a=1'] }), 'HEAD');
  t.match(response, { status: 200, headers: { etag: 'e' }, cookies: ['a=1'], body: undefined });
  t.notOk('content-type' in response.headers);
});

t.test('a header __proto__ or constructor changes no prototype', async (t) => {
  const headers = JSON.parse('{"__proto__":["x"],"constructor":"c"}');
  const response = get(reply('x', { headers }));
  t.equal(response.headers.constructor, 'c' as never);
  t.equal(Object.getPrototypeOf(response.headers), Object.prototype);
});
