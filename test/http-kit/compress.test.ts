import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import t from 'tap';
import { reply } from '../../src/core/index.ts';
import { type CompressOptions, compress } from '../../src/http-kit/index.ts';
import { ask, registryWith } from './support.ts';

const TEXT = 'tea for two, '.repeat(200);
const decoders = { br: zlib.brotliDecompress, gzip: zlib.gunzip, zstd: zlib.zstdDecompress } as const;

/** The body as the service made it; `fetch` in this process decodes nothing. */
async function decoded(response: Response): Promise<string> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const encoding = response.headers.get('content-encoding') as keyof typeof decoders | null;
  if (encoding === null) return bytes.toString();
  return (await promisify<Buffer, Buffer>(decoders[encoding])(bytes)).toString();
}

function service(options?: CompressOptions) {
  const registry = registryWith(compress(options));
  registry.get('/', () => TEXT);
  registry.get('/json', () => ({ text: TEXT }));
  registry.get('/bytes', () => reply(Buffer.from(TEXT), { headers: { 'content-type': 'image/svg+xml' } }));
  registry.get('/binary', () => Buffer.from(TEXT));
  registry.get('/png', () => reply(TEXT, { headers: { 'content-type': 'image/png' } }));
  registry.get('/small', () => 'tea');
  registry.get('/tagged', () => reply(TEXT, { headers: { etag: '"a"', vary: 'Origin' } }));
  registry.get('/weak', () => reply(TEXT, { headers: { etag: 'W/"a"' } }));
  registry.get('/encoded', () => reply(TEXT, { headers: { 'content-encoding': 'gzip' } }));
  registry.get('/kept', () => reply(TEXT, { headers: { 'cache-control': 'public, No-Transform' } }));
  registry.get('/part', () => reply(TEXT, { status: 206, headers: { 'content-range': 'bytes 0-9/10' } }));
  registry.get('/same', () => reply(undefined, { status: 304, headers: { etag: '"a"' } }));
  registry.get('/empty', () => undefined);
  registry.get('/failed', () => {
    throw new Error('secret');
  });
  return registry;
}

const encodingOf = (response: Response) => response.headers.get('content-encoding');

t.test('the coding is the one that the client likes best', async (t) => {
  const cases: [accepted: string | undefined, encoding: string | null, options?: CompressOptions][] = [
    [undefined, null],
    ['', null],
    ['identity', null],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, zstd', 'zstd'],
    ['br;q=0.5, gzip', 'gzip'],
    ['br;q=0, *', 'zstd'],
    ['br;q=0, zstd;q=0, gzip;q=0', null],
    ['gzip;q=0.5, identity', null],
    ['*', 'br'],
    ['deflate', null],
    ['GZIP', 'gzip'],
    ['gzip, br', 'gzip', { encodings: ['gzip', 'br'] }],
    ['br', null, { encodings: ['gzip'] }],
  ];
  for (const [accepted, encoding, options] of cases) {
    const headers = accepted === undefined ? undefined : { 'accept-encoding': accepted };
    const response = await ask(service(options), '/', headers);
    const name = `accept-encoding: ${accepted}`;
    t.equal(encodingOf(response), encoding, name);
    t.equal(response.headers.get('vary'), 'Accept-Encoding', name);
    t.equal(await decoded(response), TEXT, name);
  }
});

t.test('what is compressed, and what is left as it is', async (t) => {
  const registry = service();
  const cases: [path: string, encoding: string | null, vary: string | null][] = [
    ['/json', 'br', 'Accept-Encoding'],
    ['/bytes', 'br', 'Accept-Encoding'],
    ['/tagged', 'br', 'Origin, Accept-Encoding'],
    ['/binary', null, null],
    ['/png', null, null],
    ['/small', null, 'Accept-Encoding'],
    ['/encoded', 'gzip', null],
    ['/kept', null, null],
    ['/part', null, null],
    ['/empty', null, null],
    ['/failed', null, 'Accept-Encoding'],
  ];
  for (const [path, encoding, vary] of cases) {
    const response = await ask(registry, path, { 'accept-encoding': 'br' });
    t.strictSame([encodingOf(response), response.headers.get('vary')], [encoding, vary], path);
  }
  const all = service({ threshold: 0, types: () => true });
  for (const path of ['/small', '/png', '/binary'])
    t.equal(encodingOf(await ask(all, path, { 'accept-encoding': 'br' })), 'br', `${path} if told`);
  const json = await ask(registry, '/json', { 'accept-encoding': 'zstd' });
  t.equal(json.headers.get('content-type'), 'application/json; charset=utf-8');
  t.strictSame(JSON.parse(await decoded(json)), { text: TEXT });
});

t.test('tags become weak, for HEAD and 304 as for GET', async (t) => {
  const registry = service();
  const headers = { 'accept-encoding': 'gzip' };
  const tagOf = async (path: string, method: string, sent?: Record<string, string>) =>
    (await ask(registry, path, sent, method)).headers.get('etag');
  t.equal(await tagOf('/tagged', 'GET', headers), 'W/"a"');
  t.equal(await tagOf('/tagged', 'GET'), '"a"', 'not compressed');
  t.equal(await tagOf('/weak', 'GET', headers), 'W/"a"');
  t.equal(await tagOf('/same', 'GET', headers), 'W/"a"');
  t.equal(await tagOf('/tagged', 'HEAD', headers), 'W/"a"');
  const head = await ask(registry, '/', headers, 'HEAD');
  t.strictSame([encodingOf(head), head.headers.get('vary')], [null, 'Accept-Encoding']);
});

t.test('streams flow: each piece can be read before the next is made', async (t) => {
  for (const [encoding, decoder] of [
    ['gzip', zlib.createGunzip()],
    ['br', zlib.createBrotliDecompress()],
    ['zstd', zlib.createZstdDecompress()],
  ] as const) {
    const registry = registryWith(compress());
    let more = () => {};
    registry.get('/', () =>
      reply(
        (async function* () {
          yield 'one';
          await new Promise<void>((resolve) => {
            more = resolve;
          });
          yield new TextEncoder().encode('two');
        })(),
        { headers: { 'content-type': 'text/event-stream', 'content-length': 6 } },
      ),
    );
    const response = await ask(registry, '/', { 'accept-encoding': encoding });
    t.equal(encodingOf(response), encoding);
    t.equal(response.headers.get('content-length'), null);
    const pieces = decoder[Symbol.asyncIterator]();
    const reader = response.body!.getReader();
    const pump = (async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read()) decoder.write(next.value);
      decoder.end();
    })();
    t.equal(String((await pieces.next()).value), 'one', encoding);
    more();
    t.equal(String((await pieces.next()).value), 'two', encoding);
    await pump;
  }
});

t.test('a stream that breaks, and one that nobody reads', async (t) => {
  const registry = registryWith(compress());
  const type = { headers: { 'content-type': 'text/plain' } };
  let released = 0;
  registry.get('/broken', () =>
    reply(
      // biome-ignore lint/correctness/useYield: it fails before
      (async function* (): AsyncGenerator<string> {
        throw new Error('secret');
      })(),
      type,
    ),
  );
  registry.get('/endless', () =>
    reply(
      (async function* () {
        try {
          for (;;) {
            await turn();
            yield TEXT;
          }
        } finally {
          released++;
        }
      })(),
      type,
    ),
  );
  const headers = { 'accept-encoding': 'gzip' };
  const broken = await ask(registry, '/broken', headers);
  t.strictSame([broken.status, encodingOf(broken)], [500, null]);
  const endless = await ask(registry, '/endless', headers);
  await endless.body!.getReader().cancel();
  while (released === 0) await turn();
  t.equal(released, 1, 'the client has gone');
});

t.test('mistakes are refused at registration', async (t) => {
  const mistakes: [object, RegExp][] = [
    [{ encodings: ['deflate'] }, /encodings must be a list of br, zstd, gzip/],
    [{ encodings: [] }, /encodings must be/],
    [{ threshold: -1 }, /threshold must be a whole number/],
    [{ types: 'text' }, /types must be a function/],
    [{ level: 9 }, /there is no option level/],
  ];
  for (const [options, message] of mistakes)
    t.throws(() => compress(options), { name: 'ConfigError', message });
});
