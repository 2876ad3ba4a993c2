import t from 'tap';
import { createRegistry, HttpError, type InvocationContext, reply } from '../../src/core/index.ts';

const registry = createRegistry({ name: 'svc' })
  .post('/echo/:id', async (request, context) => ({
    id: request.params.id,
    url: request.url,
    tags: request.query.getAll('tag'),
    cookies: request.cookies,
    type: request.headers['content-type'],
    body: await request.text(),
    name: context.functionName,
    unique: context.requestId.length,
  }))
  .get('/text', () =>
    reply('plain', {
      headers: { 'content-type': null },
      cookies: ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'],
    }),
  )
  .get('/empty/:status', (request) => reply('x', { status: Number(request.params.status) }))
  .get('/bytes', () => Uint8Array.of(0, 255))
  .get('/native', () => new Response('n', { status: 201 }))
  .get('/stream', async function* () {
    yield 'ü';
    yield Uint8Array.of(33);
  } as () => unknown)
  .get('/teapot', () => {
    throw new HttpError(418, 'TEAPOT', 'No.');
  })
  .get('/signal', (_request, context) => signalOf(context));

async function signalOf({ signal }: InvocationContext): Promise<string> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  return `aborted: ${signal.reason}`;
}

const fetch = (path: string, init?: RequestInit) =>
  registry.fetch(new Request(`https://h.test:8443${path}`, init));

t.test('request in', async (t) => {
  const response = await fetch('/echo/a%2Fb?tag=1&tag=%C3%BC', {
    method: 'POST',
    body: 'hällo',
    headers: [
      ['cookie', 'k=v'],
      ['content-type', 'text/x'],
    ],
  });
  t.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
  t.strictSame(await response.json(), {
    id: 'a/b',
    url: 'https://h.test:8443/echo/a%2Fb?tag=1&tag=%C3%BC',
    tags: ['1', 'ü'],
    cookies: { k: 'v' },
    type: 'text/x',
    body: 'hällo',
    name: 'svc',
    unique: 36,
  });
});

t.test('responses out', async (t) => {
  const text = await fetch('/text');
  t.strictSame([text.headers.get('content-type'), await text.text()], [null, 'plain']);
  t.strictSame(text.headers.getSetCookie(), ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2']);
  t.strictSame([...(await (await fetch('/bytes')).bytes())], [0, 255]);
  const native = await fetch('/native');
  t.strictSame([native.status, await native.text()], [201, 'n']);
  t.equal(await (await fetch('/stream')).text(), 'ü!');
  for (const status of [204, 205, 304]) {
    const empty = await fetch(`/empty/${status}`);
    t.strictSame([empty.status, empty.body], [status, null]);
  }
});

t.test('errors, HEAD, OPTIONS', async (t) => {
  t.match(await (await fetch('/teapot')).json(), { status: 418, code: 'TEAPOT' });
  t.equal((await fetch('/none')).status, 404);
  t.equal((await fetch('/echo/%zz', { method: 'POST' })).status, 400);
  const head = await fetch('/bytes', { method: 'HEAD' });
  t.strictSame([head.status, head.body], [200, null]);
  const options = await fetch('/text', { method: 'OPTIONS' });
  t.strictSame([options.status, options.headers.get('allow')], [204, 'GET, HEAD, OPTIONS']);
});

t.test('the signal of the request reaches the handler, also when it aborted before', async (t) => {
  const controller = new AbortController();
  const pending = fetch('/signal', { signal: controller.signal });
  setTimeout(() => controller.abort('client left'), 10);
  t.equal(await (await pending).text(), 'aborted: client left');
  t.equal(await (await fetch('/signal', { signal: AbortSignal.abort('early') })).text(), 'aborted: early');
});

t.test('leaving a streamed answer ends its generator', async (t) => {
  let end = () => {};
  const ended = new Promise<string>((resolve) => {
    end = () => resolve('ended');
  });
  const endless = createRegistry({ name: 'svc' }).get('/', async function* () {
    try {
      for (;;) yield 'x';
    } finally {
      end();
    }
  } as () => unknown);
  const response = await endless.fetch(new Request('http://h.test/'));
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  t.equal(await ended, 'ended');
});
