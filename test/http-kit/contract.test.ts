import { createHmac } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import t from 'tap';
import { streamHttp } from '../../src/adapters/lambda/index.ts';
import { Context, createLogger, createRegistry, reply } from '../../src/core/index.ts';
import {
  basicAuth,
  bearerAuth,
  compress,
  correlationId,
  cors,
  cspNonce,
  etag,
  jwt,
  jwtClaims,
  passwords,
  rateLimit,
  requestId,
  secretTokens,
  securityHeaders,
  signedCookies,
} from '../../src/http-kit/index.ts';
import { HTTP_SOURCES, inject } from '../../src/testing/index.ts';
import { buildEvent } from '../support/events.ts';
import type { Headers } from './support.ts';

// Everything at once, in the order that docs/http-kit.md tells, through every way in: the answers are the same.

process.env.AMPHI_LOG_LEVEL = 'FATAL';
const TEXT = 'tea for two, '.repeat(100);
const ORIGIN = 'https://shop.example';
const TOKEN = 'a-long-random-secret';
const SECRET = 'a-random-secret-of-32-bytes-or-more';
const cookies = signedCookies({ secrets: [SECRET] });
const key = (request: { headers: Readonly<Headers> }) => request.headers['x-user'];

const registry = createRegistry({ name: 'kit' });
registry.use(requestId());
registry.use(securityHeaders({ nonce: true }));
registry.use(cors({ origins: ORIGIN, credentials: true, exposedHeaders: ['ratelimit'] }));
registry.use(compress({ threshold: 200 }));
registry.use(etag());
registry.use(rateLimit({ limit: 1000, windowSeconds: 86_400, key }));
registry.use('/private', bearerAuth({ verify: secretTokens({ deploy: TOKEN }), realm: 'shop' }));
registry.use('/basic', basicAuth({ verify: passwords({ ada: 'pässword' }) }));
registry.get('/basic', () => 'in');
registry.use('/claims', jwt({ algorithms: ['HS256'], secret: SECRET }));
registry.get('/', (request) =>
  reply(
    { text: TEXT, user: cookies.get(request, 'user') },
    { cookies: [cookies.set('user', 'ada', { maxAge: 60 })] },
  ),
);
registry.get('/private', () => 'in');
registry.get(
  '/claims',
  (_request, context) => `${context.require(jwtClaims).sub} ${context.require(correlationId)}`,
);
registry.post('/small', { bodyLimit: 3 }, () => 'small');
registry.get(
  '/once',
  { interceptors: [rateLimit({ limit: 1, windowSeconds: 86_400, key, name: 'once' })] },
  () => 'x',
);
registry.get('/broken', () => {
  throw new Error('secret');
});
registry.get('/stream', (_request, context) =>
  reply(
    (async function* () {
      yield 'tea ';
      yield String(context.require(cspNonce).length);
    })(),
    { headers: { 'content-type': 'text/html' } },
  ),
);
t.teardown(() => registry.close());

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = `${part({ alg: 'HS256' })}.${part({ sub: 'ada', exp: 4_000_000_000 })}`;
const JWT = `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
const COOKIE = cookies.set('user', 'ada').split(';', 1)[0]!;

const cases: Readonly<Record<string, [path: string, init?: RequestInit & { headers?: Headers }]>> = {
  200: ['/', { headers: { cookie: COOKIE } }],
  'not compressed': ['/', { headers: { 'accept-encoding': 'identity' } }],
  304: ['/', { headers: { 'if-none-match': '*' } }],
  HEAD: ['/', { method: 'HEAD' }],
  401: ['/private'],
  'a wrong token': ['/private', { headers: { authorization: 'Bearer guess' } }],
  'the right token': ['/private', { headers: { authorization: `Bearer ${TOKEN}` } }],
  'no password 401': ['/basic'],
  'a password 200': [
    '/basic',
    { headers: { authorization: `Basic ${Buffer.from('ada:pässword').toString('base64')}` } },
  ],
  JWT: ['/claims', { headers: { authorization: `Bearer ${JWT}` } }],
  404: ['/nowhere'],
  405: ['/small'],
  413: ['/small', { method: 'POST', body: 'large' }],
  'once 200': ['/once'],
  'then 429': ['/once'],
  500: ['/broken'],
  stream: ['/stream'],
  OPTIONS: ['/', { method: 'OPTIONS' }],
  preflight: ['/private', { method: 'OPTIONS', headers: { 'access-control-request-method': 'PUT' } }],
  'another origin': ['/', { headers: { origin: 'https://evil.example' } }],
};

/** Of the connection, or of who measures the body. */
const ADAPTERS_OWN = ['date', 'content-length'];
const logger = createLogger({ write: () => {} });

async function answers(as: 'fetch' | 'server' | (typeof HTTP_SOURCES)[number]) {
  const out: Record<string, unknown> = {};
  for (const [name, [path, init]] of Object.entries(cases)) {
    const headers = { origin: ORIGIN, 'accept-encoding': 'br', 'x-request-id': 'cart-7', 'x-user': as };
    const request = new Request(`https://kit.example${path}`, {
      ...init,
      headers: { ...headers, ...init?.headers },
    });
    const response = await inject(registry, request, { as, logger });
    const bytes = Buffer.from(await response.arrayBuffer());
    const packed = response.headers.get('content-encoding') === 'br' && bytes.length > 0;
    const body = packed ? await promisify<Buffer, Buffer>(brotliDecompress)(bytes) : bytes;
    const fields = [...response.headers].filter(([name]) => !ADAPTERS_OWN.includes(name));
    out[name] = {
      status: response.status,
      headers: fields.map(([name, value]) => `${name}: ${steady(value)}`),
      body: steady(body.toString()),
    };
  }
  return out as Record<string, { status: number; headers: string[]; body: string }>;
}

/** What is new each time has one name. */
const steady = (text: string) =>
  text
    .replace(/'nonce-[^']+'/g, 'NONCE')
    .replace(/;t=\d+/g, ';t=T')
    .replace(/^\d{2,6}$/, 'SECONDS')
    .replace(/again in \d+ s/, 'again in T s');

const all = await answers('fetch');

t.test('the same answers through every way in', async (t) => {
  for (const as of ['server', ...HTTP_SOURCES] as const) t.strictSame(await answers(as), all, as);
});

t.test('each reply has what its interceptors give', async (t) => {
  const has = (name: string, ...lines: RegExp[]) => {
    for (const line of lines)
      t.ok(
        all[name]!.headers.some((header) => line.test(header)),
        `${name}: ${line}`,
      );
  };
  const everywhere = [/^x-request-id: cart-7$/, /^content-security-policy: .*NONCE/, /^vary: .*Origin/];
  for (const name of Object.keys(cases)) has(name, ...everywhere);
  const own = Object.keys(cases).filter((name) => name !== 'another origin');
  for (const name of own) has(name, /^access-control-allow-origin: https:\/\/shop.example$/);
  t.notOk(all['another origin']!.headers.some((header) => header.startsWith('access-control-allow')));
  has(
    '200',
    /^content-encoding: br$/,
    /^etag: W\/"/,
    /^ratelimit: "default";r=\d+;t=T$/,
    /^set-cookie: user=ada\./,
  );
  t.match(JSON.parse(all[200]!.body), { text: TEXT, user: 'ada' });
  has('not compressed', /^etag: "/, /^vary: .*Accept-Encoding/);
  has('304', /^etag: W\/"/, /^vary: .*Accept-Encoding/, /^set-cookie: /);
  has('HEAD', /^etag: W\/"/);
  has('401', /^www-authenticate: Bearer realm="shop"$/, /^ratelimit: /);
  has('no password 401', /^www-authenticate: Basic realm="service", charset="UTF-8"$/);
  t.match(all.JWT!.body, 'ada cart-7');
  has(
    'then 429',
    /^retry-after: SECONDS$/,
    /^ratelimit-policy: "once";q=1;w=86400, "default";q=1000;w=86400$/,
  );
  has('stream', /^content-encoding: br$/);
  t.equal(all.stream!.body, 'tea 24');
  has('preflight', /^access-control-allow-methods: /);
  const named = Object.entries(all).filter(([name]) => /\d{3}$/.test(name));
  t.ok(named.length > 8);
  for (const [name, { status }] of named) t.equal(status, Number(name.slice(-3)), name);
});

t.test('a function URL that streams hands compressed pieces on', async (t) => {
  const event = buildEvent('function-url', {
    method: 'GET',
    path: '/stream',
    headers: [
      ['accept-encoding', 'br'],
      ['x-user', 'stream'],
    ],
  });
  const context = new Context({ requestId: '1', functionName: 'http', logger });
  const { prelude, body } = await streamHttp(registry.freeze(), event, context);
  context.finish();
  t.match(prelude, { statusCode: 200, headers: { 'content-encoding': 'br' } });
  const bytes = await buffer(body as AsyncIterable<Uint8Array>);
  t.equal(String(await promisify<Buffer, Buffer>(brotliDecompress)(bytes)), 'tea 24');
});
