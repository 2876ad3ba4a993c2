import { gzipSync } from 'node:zlib';
import {
  createRegistry,
  HttpError,
  type HttpRequest,
  type InvocationContext,
  reply,
} from '../../src/core/index.ts';

/** A service whose answers tell what its handlers saw, for the contract suite. */
export const registry = createRegistry({ name: 'contract', version: '1.0.0' });

const OWN_HEADER = /^(x-test|content-type|accept|cookie|host|authorization)/;

/** Everything a handler can see of a request, as JSON. */
async function viewOf(request: HttpRequest, context: InvocationContext) {
  const headers = Object.entries(request.headers).filter(([name]) => OWN_HEADER.test(name));
  return {
    method: request.method,
    // API Gateway v1 re-encodes the query, so only its decoded values can be equal.
    url: request.url.split('?')[0],
    path: request.path,
    query: [...request.query],
    params: request.params,
    headers: Object.fromEntries(headers.sort()),
    cookies: { ...request.cookies },
    clientIp: request.clientIp,
    body: Buffer.from(await request.bytes()).toString('base64'),
    traceId: context.traceId ?? null,
  };
}

registry.all('/see/*', viewOf);
registry.all('/users/:id/posts/:post', viewOf);
registry.post('/json', async (request) => ({ got: await request.json() }));
registry.post('/bytes', async (request) => request.bytes());
registry.get('/text', () => 'Grüße, 世界 😀');
registry.get('/bytes', () => Uint8Array.from({ length: 256 }, (_, index) => index));
registry.get('/value', () => [1, 'two', null, { three: true }]);
registry.get('/null', () => null);
registry.get('/nothing', () => undefined);
registry.get('/empty-text', () => '');
registry.get('/created', () =>
  reply(
    { id: 7 },
    { status: 201, headers: { location: '/users/7', 'x-count': 3, 'x-flag': true, 'x-list': ['a', 'b'] } },
  ),
);
export const COOKIES = ['a=1; Path=/; Expires=Wed, 25 Nov 2026 10:00:00 GMT', 'b=2; HttpOnly; SameSite=Lax'];
registry.get('/cookies', () => reply('two', { cookies: COOKIES }));
registry.get('/hop', () =>
  reply('hop', { headers: { connection: 'close', 'transfer-encoding': 'chunked', 'x-kept': 'yes' } }),
);
registry.get('/gzip', () => {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-encoding': 'gzip' };
  return reply(gzipSync('squeezed'), { headers });
});
registry.get('/stream', async function* () {
  yield 'one ';
  yield new TextEncoder().encode('two ');
  yield 'three';
} as never);
registry.get('/native', () => new Response('native', { status: 202, headers: { 'x-native': 'yes' } }));
registry.get('/throw', () => {
  throw new Error('secret detail');
});
registry.get('/reject', async () => Promise.reject(new TypeError('secret detail')));
registry.get('/refuse', () => {
  throw new HttpError(409, 'ALREADY_THERE', 'It is already there.', { headers: { 'retry-after': '5' } });
});
registry.get('/bad-reply', () => reply('x', { headers: { 'x-bad': 'a\r\nb: c' } }));
registry.get('/bigint', () => ({ big: 1n }));
registry.post('/small', { bodyLimit: 10 }, (request) => request.text());
registry.post('/small/unread', { bodyLimit: 10 }, () => 'not read');
registry.get('/late', { timeoutMs: 30 }, () => new Promise(() => {}));
registry.get('/collections', () => ({ set: new Set([1, 2]), map: new Map([['k', 1]]), none: {} }));
registry.get('/odd/promise-inside', () => ({ user: Promise.resolve('ann') }));
registry.get('/odd/promise-body', () => reply(Promise.reject(new Error('secret'))));
registry.get('/odd/promise-body-later', async () => reply(Promise.reject(new Error('secret'))));
registry.get('/odd/locked', async () => {
  const stream = new ReadableStream();
  stream.getReader();
  return stream;
});
registry.get('/odd/detached', async () => {
  const bytes = new Uint8Array(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
});
registry.get('/odd/iterator', async () => reply({ [Symbol.asyncIterator]: 'secret' }));
registry.get('/shared-memory', async () => new Uint8Array(new SharedArrayBuffer(3)).fill(7));
registry.get('/cors', () => {
  throw new Error('secret');
});
registry.use('/cors', async (_request, _context, next) => {
  const answer = await next();
  answer.headers['access-control-allow-origin'] = '*';
  return answer;
});
registry.use('/guarded', (request) => {
  throw new HttpError(401, 'WHO', `no token for ${request.path}`);
});
registry.get('/guarded', () => 'secret');
registry.function('hello', (event) => ({ hello: event }));
registry.function('fail', () => {
  throw new RangeError('no good');
});
registry.post('/call/:name', { invokes: ['hello', 'fail'] }, async (request, context) => {
  const { name } = request.params;
  const wait = request.query.get('wait') !== 'no';
  try {
    const result = await context.invoke(name, await request.json(), { wait });
    return wait ? { result } : { requestId: typeof (result as { requestId: unknown }).requestId };
  } catch (error) {
    const { name, message } = error as Error;
    return { name, message };
  }
});
