import { mkdirSync, realpathSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import t from 'tap';
import { startHttpServer } from '../../src/adapters/http/index.ts';
import { resolveFunction } from '../../src/adapters/lambda/index.ts';
import { ConfigError, createLogger, createRegistry } from '../../src/core/index.ts';
import { staticFiles, textFile } from '../../src/http-kit/index.ts';
import { HTTP_SOURCES } from '../../src/testing/http-sources.ts';
import { inject } from '../../src/testing/inject.ts';
import { send as sendHttp } from '../adapters/http/support.ts';
import { send } from '../core/support.ts';

process.env.AMPHI_LOG_LEVEL = 'FATAL';

const SCRIPT = 'console.log("Grüße");\n'.repeat(20);
const BINARY = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 256));
const dir = realpathSync(
  t.testdir({
    'secret.txt': 'hidden',
    'public-other': { 'secret.txt': 'hidden' },
    public: {
      'index.html': '<h1>root</h1>',
      'app.js': SCRIPT,
      'page.html': '<p>',
      'data.bin': BINARY,
      'empty.txt': '',
      'odd name ü&%.txt': 'odd',
      '.env': 'hidden',
      '.well-known': { 'x.txt': 'hidden' },
      docs: { 'index.html': 'docs', 'a.txt': 'a' },
      none: { 'b.txt': 'b' },
    },
  }),
);
const root = join(dir, 'public');
writeFileSync(join(root, 'app.js.br'), brotliCompressSync(SCRIPT));
writeFileSync(join(root, 'app.js.gz'), gzipSync(SCRIPT));
writeFileSync(join(root, 'large.bin'), Buffer.alloc(5 * 1024 * 1024, 255));
symlinkSync(join(dir, 'secret.txt'), join(root, 'leak.txt'));
symlinkSync(dir, join(root, 'up'));
symlinkSync('docs/a.txt', join(root, 'inside.txt'));
const TIME = new Date('2026-01-02T03:04:05Z');
for (const file of ['app.js', 'data.bin', 'empty.txt']) utimesSync(join(root, file), TIME, TIME);

const url = pathToFileURL(`${root}/`);
const registry = createRegistry({ name: 'site' })
  .get('/assets/*', staticFiles({ root: url, maxAge: 60 }))
  .get('/lazy/*', staticFiles({ root: () => url, immutable: true, maxAge: 31_536_000, precompressed: false }))
  .get('/app/*', staticFiles({ root: url, fallback: 'index.html', cacheControl: (file) => `x-${file}` }))
  .get('/bare/*', staticFiles({ root: url, index: false }));
t.teardown(() => registry.close());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  registry.fetch(new Request(`http://localhost${path}`, { method, headers }));

t.test('files are the same through every way in', async (t) => {
  for (const as of ['fetch', 'server', ...HTTP_SOURCES] as const) {
    const ask = (path: string, headers = {}, method = 'GET') =>
      inject(registry, new Request(`https://localhost${path}`, { method, headers }), { as });
    const script = await ask('/assets/app.js');
    t.match(Object.fromEntries(script.headers), {
      'content-type': /^(application|text)\/javascript; charset=utf-8$/,
      'cache-control': 'public, max-age=60',
      'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
      etag: /^"[\w-]{27}"$/,
      vary: 'accept-encoding',
      'accept-ranges': 'bytes',
    });
    t.equal(await script.text(), SCRIPT, as);
    const small = await ask('/assets/app.js', { 'accept-encoding': 'gzip, deflate, br' });
    t.match([small.status, small.headers.get('content-encoding')], [200, 'br'], as);
    t.equal(brotliDecompressSync(await small.bytes()).toString(), SCRIPT, as);
    t.not(small.headers.get('etag'), script.headers.get('etag'));
    const etag = script.headers.get('etag')!;
    const again = await ask('/assets/app.js', { 'if-none-match': `"x", W/${etag}` });
    t.match([again.status, again.headers.get('etag'), await again.text()], [304, etag, ''], as);
    const part = await ask('/assets/data.bin', { range: 'bytes=10-19' });
    t.match([part.status, part.headers.get('content-range')], [206, 'bytes 10-19/1000'], as);
    t.strictSame(Buffer.from(await part.bytes()), BINARY.subarray(10, 20), as);
    const head = await ask('/assets/data.bin', {}, 'HEAD');
    t.match([head.status, head.headers.get('content-length'), await head.text()], [200, '1000', ''], as);
    t.match(await (await ask('/assets/nowhere.txt')).json(), { status: 404, code: 'FILE_NOT_FOUND' }, as);
    const beyond = await ask('/assets/data.bin', { range: 'bytes=1000-' });
    t.match([beyond.status, beyond.headers.get('content-range')], [416, 'bytes */1000'], as);
    t.match(await beyond.json(), { code: 'RANGE_NOT_SATISFIABLE' });
    t.equal(await (await ask('/assets/')).text(), '<h1>root</h1>', as);
  }
});

t.test('what a gateway cannot take is a clear error, what a server can is sent', async (t) => {
  const large = async (as: 'server' | 'apigateway-v2' | 'alb') =>
    inject(registry, '/assets/large.bin', { as });
  t.equal((await (await large('server')).bytes()).length, 5 * 1024 * 1024);
  for (const as of ['apigateway-v2', 'alb'] as const) {
    const refused = await large(as);
    t.match(await refused.json(), {
      status: 500,
      code: 'RESPONSE_TOO_LARGE',
      detail: new RegExp(`${as} takes \\d+`),
    });
  }
});

t.test('ranges', async (t) => {
  const cases: [range: string, status: number, from?: number, to?: number][] = [
    ['bytes=0-0', 206, 0, 0],
    ['bytes=-5', 206, 995, 999],
    ['bytes=990-', 206, 990, 999],
    ['bytes=990-5000', 206, 990, 999],
    ['bytes=5-2', 416],
    ['bytes=0-1,5-6', 200],
    ['lines=0-1', 200],
    ['bytes=a-b', 416],
  ];
  for (const [range, status, from = 0, to = 999] of cases) {
    const response = await get('/assets/data.bin', { range });
    t.equal(response.status, status, range);
    if (status === 416) continue;
    t.strictSame(Buffer.from(await response.bytes()), BINARY.subarray(from, to + 1), range);
    t.equal(response.headers.get('content-range'), status === 206 ? `bytes ${from}-${to}/1000` : null);
  }
  const [etag, modified] = ['etag', 'last-modified'];
  const { headers } = await get('/assets/data.bin');
  const ifRange = async (condition: string) =>
    (await get('/assets/data.bin', { range: 'bytes=0-1', 'if-range': condition })).status;
  t.equal(await ifRange(headers.get(etag)!), 206);
  t.equal(await ifRange(headers.get(modified)!), 206);
  for (const other of ['"x"', `W/${headers.get(etag)}`, 'Fri, 02 Jan 2026 03:04:06 GMT', 'x'])
    t.equal(await ifRange(other), 200, other);
});

t.test('conditions', async (t) => {
  const etag = (await get('/assets/data.bin')).headers.get('etag')!;
  const cases: [headers: Record<string, string>, status: number][] = [
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"x"' }, 200],
    [{ 'if-none-match': '"x"', 'if-modified-since': TIME.toUTCString() }, 200],
    [{ 'if-modified-since': TIME.toUTCString() }, 304],
    [{ 'if-modified-since': 'Fri, 02 Jan 2026 03:04:04 GMT' }, 200],
    [{ 'if-modified-since': 'nonsense' }, 200],
    [{ 'if-match': etag }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': `W/${etag}` }, 412],
    [{ 'if-match': '"x"', 'if-none-match': etag }, 412],
  ];
  for (const [headers, status] of cases)
    t.equal((await get('/assets/data.bin', headers)).status, status, JSON.stringify(headers));
});

t.test('the ETag is of the content, whenever the file was written', async (t) => {
  const file = join(root, 'changing.txt');
  const tagOf = async (text: string, time: number) => {
    writeFileSync(file, text);
    utimesSync(file, time, time);
    return (await get('/assets/changing.txt')).headers.get('etag');
  };
  const first = await tagOf('one', 1000);
  t.equal(await tagOf('one', 2000), first);
  t.not(await tagOf('two', 3000), first);
});

t.test('compressed siblings go to clients that take them', async (t) => {
  const encodingOf = async (accept: string, path = '/assets/app.js') =>
    (await get(path, { 'accept-encoding': accept })).headers.get('content-encoding');
  t.equal(await encodingOf('gzip'), 'gzip');
  t.equal(await encodingOf('br;q=0.5, gzip'), 'gzip');
  t.equal(await encodingOf('br;q=0, gzip;q=0'), null);
  t.equal(await encodingOf('identity'), null);
  t.equal(await encodingOf('zstd'), null);
  t.equal(await encodingOf('*'), 'br');
  t.equal(await encodingOf('br', '/lazy/app.js'), null);
  t.equal(await encodingOf('br', '/assets/data.bin'), null);
  const part = await get('/assets/app.js', { 'accept-encoding': 'gzip', range: 'bytes=0-1' });
  t.match([part.status, part.headers.get('content-encoding')], [206, 'gzip']);
  const zipped = await get('/assets/app.js', { 'accept-encoding': 'gzip' });
  t.equal(gunzipSync(await zipped.bytes()).toString(), SCRIPT);
});

t.test('folders, odd names, links inside, caching', async (t) => {
  const folder = await get('/assets/docs?a=1');
  t.match([folder.status, folder.headers.get('location')], [308, './docs/?a=1']);
  t.equal(await (await get('/assets/docs/')).text(), 'docs');
  t.equal((await get('/assets/none/')).status, 404);
  for (const path of ['/bare/', '/bare/docs', '/bare/docs/']) t.equal((await get(path)).status, 404, path);
  t.equal(await (await get(`/assets/${encodeURIComponent('odd name ü&%.txt')}`)).text(), 'odd');
  t.equal(await (await get('/assets/docs%2Fa.txt')).text(), 'a');
  t.equal(await (await get('/assets/inside.txt')).text(), 'a');
  t.match(
    [(await get('/assets/empty.txt')).status, await (await get('/assets/empty.txt')).text()],
    [200, ''],
  );
  t.equal((await get('/lazy/app.js')).headers.get('cache-control'), 'public, max-age=31536000, immutable');
  t.equal((await get('/app/docs/a.txt')).headers.get('cache-control'), 'x-docs/a.txt');
  t.match(await (await get('/assets/app.js', {}, 'POST')).json(), { status: 405 });
});

t.test('navigations of a single-page application get its page', async (t) => {
  const page = await get('/app/any/where', { accept: 'text/html,*/*' });
  t.match(
    [page.status, page.headers.get('content-type'), await page.text()],
    [200, /^text\/html/, '<h1>root</h1>'],
  );
  t.equal((await get('/app/missing.js', { accept: '*/*' })).status, 404);
  t.equal((await get('/assets/any', { accept: 'text/html' })).status, 404);
});

const ATTACKS = [
  ...['../secret.txt', '..%2fsecret.txt', '%2e%2e/secret.txt', '%2e%2e%2fsecret.txt', '..%5csecret.txt'],
  ...['%252e%252e%252fsecret.txt', '..%252fsecret.txt', '%25252e%25252e/secret.txt', '..\\secret.txt'],
  ...['docs/../../secret.txt', 'docs/..%2f..%2fsecret.txt', './../secret.txt', '....//secret.txt'],
  ...[
    '..%c0%afsecret.txt',
    '%c0%ae%c0%ae/secret.txt',
    '..%u2215secret.txt',
    '.%2e/secret.txt',
    '%00/secret.txt',
  ],
  ...['../public-other/secret.txt', '..%2fpublic-other%2fsecret.txt', '%2fetc%2fpasswd', '//etc/passwd'],
  ...[
    'leak.txt',
    'up/secret.txt',
    'up/public/leak.txt',
    '.env',
    '.well-known/x.txt',
    'docs/../.env',
    '%2eenv',
  ],
  ...['leak.txt%00.html', 'secret.txt', `${'a/'.repeat(5000)}x`, 'a'.repeat(5000), 'app.js/', 'app.js%00'],
  encodeURIComponent(join(dir, 'secret.txt')),
];

t.test('nothing outside of the folder, and no dotfile, is served', async (t) => {
  const logger = createLogger({ write: () => {} });
  const options = { port: 0, host: '127.0.0.1', logger, resolveFunction };
  const server = await startHttpServer(registry.freeze(), options);
  t.teardown(() => server.close());
  for (const attack of ATTACKS) {
    const answer = await send(registry, 'GET', `/assets/${attack}`);
    t.match([answer.status, answer.lines], [/^40[04]$/, []], attack.slice(0, 100));
    if (/[\\]/.test(attack)) continue;
    const sent = await sendHttp(server.url, `/assets/${attack}`);
    t.ok([400, 404].includes(sent.status) && !/hidden|root:/.test(sent.text), attack.slice(0, 100));
  }
});

t.test('mistakes are told at registration', async (t) => {
  t.throws(() => staticFiles({ root: new URL('./absent/', url) }), {
    message: /root .*absent\/ is no folder/,
  });
  t.throws(() => staticFiles({ root: new URL('./app.js', url) }), ConfigError);
  t.throws(() => staticFiles({ root: root as never }), { message: /root must be a file URL/ });
  t.throws(() => staticFiles({ root: new URL('http://x/') }), ConfigError);
  t.throws(() => staticFiles({ root: url, maxage: 1 } as never), { message: /no option maxage/ });
  t.throws(() => staticFiles({ root: url, maxAge: -1 }), ConfigError);
});

t.test('a text is read at its first use, once', async (t) => {
  mkdirSync(join(dir, 'views'));
  const file = join(dir, 'views', 'x.txt');
  const text = textFile(() => pathToFileURL(file));
  t.throws(text, { code: 'ENOENT' });
  writeFileSync(file, 'Grüße');
  t.equal(text(), 'Grüße');
  writeFileSync(file, 'changed');
  t.equal(text(), 'Grüße');
});
