import t from 'tap';
import { invokeHttp } from '../../../../src/adapters/lambda/sources/http/invoke.ts';
import { createRegistry, type HttpHandler, reply } from '../../../../src/core/index.ts';
import {
  buildEvent,
  HTTP_SOURCES,
  type HttpSourceName,
  LOSSY,
  type PlainRequest,
  readResult,
} from '../../../support/events.ts';
import { testContext } from './support.ts';

/** What a handler saw, as plain data. */
interface Seen {
  method: string;
  path: string;
  params: unknown;
  query: [string, string][];
  headers: Readonly<Record<string, string>>;
  cookies: unknown;
  body: Buffer;
  clientIp: string;
  url: string;
}

async function send(source: HttpSourceName, request: PlainRequest, answer: HttpHandler = () => 'ok') {
  let seen: Seen | undefined;
  const registry = createRegistry({ name: 'test' }).all('/v/:id/*', async (request, context) => {
    const { method, path, params, headers, cookies, clientIp, url } = request;
    const body = Buffer.from(await request.bytes());
    seen = { method, path, params, query: [...request.query], headers, cookies, body, clientIp, url };
    return answer(request, context);
  });
  // Through JSON, as Lambda's Runtime API sends it.
  const event = JSON.parse(JSON.stringify(buildEvent(source, request)));
  const result = await invokeHttp(registry.freeze(), event, testContext().context, { basePath: '' });
  return { seen: seen!, got: readResult(source, result) };
}

const BINARY = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

for (const source of HTTP_SOURCES) {
  const lossy = LOSSY[source];

  t.test(`${source}: the handler sees what the client sent`, async (t) => {
    const { seen } = await send(source, {
      method: 'PUT',
      path: '/v/%F0%9F%98%80%20x/a%2Fb/c',
      query: 'tag=a%20b&tag=c%26d&x=1,2&p=100%25&plus=a+b&e=%C3%A9',
      headers: [
        ['Host', 'shop.example.com'],
        ['Content-Type', 'application/json'],
        ['Cookie', 'a=1; b=%C3%A9'],
        ['X-Forwarded-For', '6.6.6.6'],
        ['X-Twice', 'one'],
        ['X-Twice', 'two'],
      ],
      body: '{"text":"é😀"}',
      clientIp: '198.51.100.9',
    });
    t.equal(seen.method, 'PUT');
    t.equal(seen.path, lossy.encodedSlash ? '/v/%F0%9F%98%80%20x/a/b/c' : '/v/%F0%9F%98%80%20x/a%2Fb/c');
    t.same(seen.params, { id: '😀 x', '*': 'a/b/c' });
    const tags = lossy.repeatedQuery
      ? [['tag', 'c&d']]
      : [
          ['tag', 'a b'],
          ['tag', 'c&d'],
        ];
    const others = [
      ['x', '1,2'],
      ['p', '100%'],
      ['plus', 'a b'],
      ['e', 'é'],
    ];
    t.same(seen.query, [...tags, ...others]);
    t.equal(seen.headers.host, 'shop.example.com');
    const twice = { all: 'one, two', comma: 'one,two', last: 'two' }[lossy.repeatedHeaders];
    t.equal(seen.headers['x-twice'], twice);
    t.same(seen.cookies, { a: '1', b: 'é' });
    t.equal(seen.body.toString(), '{"text":"é😀"}');
    t.equal(seen.clientIp, '198.51.100.9');
    t.ok(seen.url.startsWith('https://shop.example.com/v/'));
  });

  t.test(`${source}: binary and empty bodies`, async (t) => {
    const headers = [['content-type', 'application/octet-stream']] as const;
    const binary = await send(source, { method: 'POST', path: '/v/1/x', headers, body: BINARY }, (request) =>
      request.bytes(),
    );
    t.same(binary.seen.body, BINARY);
    t.same(binary.got.body, BINARY, 'and back');
    const empty = await send(source, { method: 'POST', path: '/v/1/x', body: '' }, () => undefined);
    t.equal(empty.seen.body.length, 0);
    t.match(empty.got, { status: 204, headers: [] });
    t.equal(empty.got.body.length, 0);
    const gzipped = [
      ['content-encoding', 'gzip'],
      ['content-type', 'text/plain'],
    ] as const;
    const encoded = await send(source, { method: 'POST', path: '/v/1/x', headers: gzipped, body: BINARY });
    t.same(encoded.seen.body, BINARY, 'a compressed body with a text type');
  });

  t.test(`${source}: the client gets what the handler answered`, async (t) => {
    const cookies = ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'];
    const { got } = await send(source, { method: 'GET', path: '/v/1/x' }, () =>
      reply({ text: 'é😀\u2028"' }, { status: 201, headers: { 'x-a': 'a, b' }, cookies }),
    );
    t.equal(got.status, 201);
    t.same(JSON.parse(got.body.toString()), { text: 'é😀\u2028"' });
    const sent = got.headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value);
    t.same(sent, lossy.twoCookies ? cookies.slice(0, 1) : cookies);
    const rest = got.headers.filter(([name]) => name !== 'set-cookie');
    t.same(rest, [
      ['content-type', 'application/json; charset=utf-8'],
      ['x-a', 'a, b'],
    ]);
  });
}
