import t from 'tap';
import { reply } from '../../src/core/index.ts';
import { compress, etag } from '../../src/http-kit/index.ts';
import { ask, registryWith } from './support.ts';

const MODIFIED = 'Wed, 21 Oct 2015 07:28:00 GMT';
let opened = 0;

function service(weak = false) {
  const registry = registryWith(etag({ weak }));
  registry.get('/', () =>
    reply('tea', { headers: { 'cache-control': 'max-age=5', 'content-language': 'en' }, cookies: ['a=1'] }),
  );
  registry.get('/json', () => ({ tea: 3 }));
  registry.get('/bytes', () => new Uint8Array([1, 2, 3]));
  registry.get('/own', () => reply('tea', { headers: { etag: '"own"' } }));
  registry.get('/none', () => reply('tea', { headers: { etag: null } }));
  registry.get('/dated', () => reply('tea', { headers: { 'last-modified': MODIFIED } }));
  registry.get('/stream', () =>
    reply(new ReadableStream({ start: () => void opened++, cancel: () => void opened-- }), {
      headers: { etag: '"s"' },
    }),
  );
  registry.get('/flow', async function* () {
    yield 'tea';
  });
  registry.get('/gone', () => reply('no tea', { status: 410 }));
  registry.get('/empty', () => undefined);
  registry.post('/', () => 'made');
  return registry;
}

const tagOf = (response: Response) => response.headers.get('etag');

t.test('whole bodies get a tag, by which they are found to be the same', async (t) => {
  const registry = service();
  for (const path of ['/', '/json', '/bytes']) {
    const first = await ask(registry, path);
    const tag = tagOf(first)!;
    t.match(tag, /^"[\w~+/-]+"$/, path);
    t.equal(first.status, 200);
    const again = await ask(registry, path, { 'if-none-match': `"x", ${tag}` });
    t.strictSame([again.status, tagOf(again), await again.text()], [304, tag, ''], path);
    const weak = await ask(registry, path, { 'if-none-match': `W/${tag}` });
    t.equal(weak.status, 304, 'the comparison is weak');
    const head = await ask(registry, path, { 'if-none-match': tag }, 'HEAD');
    t.strictSame([head.status, tagOf(head)], [304, tag], 'HEAD');
    t.equal((await ask(registry, path, { 'if-none-match': '"x"' })).status, 200);
  }
  t.equal(await (await ask(registry, '/json')).text(), '{"tea":3}');
  t.match(tagOf(await ask(service(true), '/')), /^W\/"/);
});

t.test('a 304 keeps what a cache renews, and leaves out what tells of the body', async (t) => {
  const registry = service();
  const { headers } = await ask(registry, '/', { 'if-none-match': '*' });
  t.equal(headers.get('cache-control'), 'max-age=5');
  t.strictSame(headers.getSetCookie(), ['a=1']);
  for (const name of ['content-type', 'content-language', 'content-length'])
    t.equal(headers.get(name), null, name);
});

t.test("a handler's own tag and date", async (t) => {
  const registry = service();
  t.equal(tagOf(await ask(registry, '/own')), '"own"');
  t.equal((await ask(registry, '/own', { 'if-none-match': '"own"' })).status, 304);
  t.equal(tagOf(await ask(registry, '/none')), null);
  const since = (date: string, more = {}) => ask(registry, '/dated', { 'if-modified-since': date, ...more });
  t.equal((await since(MODIFIED)).status, 304);
  t.equal((await since(MODIFIED)).headers.get('last-modified'), MODIFIED);
  t.equal((await since('Tue, 20 Oct 2015 07:28:00 GMT')).status, 200, 'changed since');
  t.equal((await since('yesterday')).status, 200);
  t.equal((await since(MODIFIED, { 'if-none-match': '"x"' })).status, 200, 'the tag goes before the date');
  t.equal((await since(MODIFIED, { 'cache-control': 'no-cache' })).status, 200, 'a reload');
});

t.test('streams get no tag, and are let go of where theirs matches', async (t) => {
  const registry = service();
  t.equal(tagOf(await ask(registry, '/flow')), null);
  const same = await ask(registry, '/stream', { 'if-none-match': '"s"' });
  t.strictSame([same.status, opened], [304, 0]);
});

t.test('only 200 of GET and HEAD', async (t) => {
  const registry = service();
  for (const [path, method, status] of [
    ['/gone', 'GET', 410],
    ['/empty', 'GET', 204],
    ['/nowhere', 'GET', 404],
    ['/', 'POST', 200],
  ] as const) {
    const response = await ask(registry, path, { 'if-none-match': '*' }, method);
    t.strictSame([response.status, tagOf(response)], [status, null], `${method} ${path}`);
  }
});

t.test('inside of compress the tag is that of the content, and weak', async (t) => {
  const registry = registryWith(compress({ threshold: 0 }), etag());
  registry.get('/', () => 'tea '.repeat(100));
  const plain = await ask(registry, '/');
  const packed = await ask(registry, '/', { 'accept-encoding': 'br' });
  t.equal(tagOf(packed), `W/${tagOf(plain)}`);
  const again = await ask(registry, '/', { 'accept-encoding': 'br', 'if-none-match': tagOf(packed)! });
  t.strictSame(
    [again.status, tagOf(again), again.headers.get('vary'), again.headers.get('content-encoding')],
    [304, tagOf(packed), 'Accept-Encoding', null],
  );
  t.throws(() => etag({ weak: 1 } as never), { name: 'ConfigError', message: /weak must be/ });
});
