import t from 'tap';
import { createRegistry, HttpError } from '../../src/core/index.ts';
import { type CorsOptions, cors } from '../../src/http-kit/index.ts';
import { ask, type Headers, registryWith } from './support.ts';

const SHOP = 'https://shop.example';
const PREFLIGHT = { origin: SHOP, 'access-control-request-method': 'PUT' };

function service(options?: CorsOptions) {
  const registry = registryWith(cors(options));
  registry.use('/guarded', () => {
    throw new HttpError(401, 'WHO', 'Who?');
  });
  registry.get('/', () => 'tea');
  registry.put('/items/:id', () => 'put');
  registry.put('/guarded', () => 'put');
  registry.post('/small', { bodyLimit: 1 }, () => 'small');
  registry.get('/broken', () => {
    throw new Error('secret');
  });
  registry.get('/late', { timeoutMs: 20 }, () => new Promise(() => {}));
  return registry;
}

const header = (response: Response, name: string) => response.headers.get(name);
const allowed = (response: Response) => header(response, 'access-control-allow-origin');

t.test('everybody may, which depends on no origin', async (t) => {
  const response = await ask(service({ exposedHeaders: ['x-total'] }), '/', { origin: SHOP });
  t.equal(allowed(response), '*');
  t.equal(header(response, 'vary'), null);
  t.equal(header(response, 'access-control-expose-headers'), 'x-total');
  t.equal(header(response, 'access-control-allow-credentials'), null);
});

t.test('origins by text, list, pattern and functions', async (t) => {
  const cases: [CorsOptions['origins'], origin: string, allowed: boolean][] = [
    [SHOP, SHOP, true],
    [SHOP, 'https://shop.example.evil.example', false],
    [SHOP, 'http://shop.example', false],
    [['https://a.example', SHOP], SHOP, true],
    [/^https:\/\/\w+\.example$/, SHOP, true],
    [/^https:\/\/\w+\.example$/, 'https://shop.example.evil', false],
    [/^https:\/\/a\.example|https:\/\/shop\.example$/, 'https://a.example.evil', false],
    [(origin) => origin === SHOP, SHOP, true],
    [async (_origin, request) => request.path === '/', SHOP, true],
    [async () => false, SHOP, false],
    ['null', 'null', true],
    ['capacitor://localhost', 'capacitor://localhost', true],
  ];
  for (const [origins, origin, may] of cases) {
    const response = await ask(service({ origins, credentials: true }), '/', { origin });
    const name = `${origins} ${origin}`;
    t.equal(allowed(response), may ? origin : null, name);
    t.equal(header(response, 'access-control-allow-credentials'), may ? 'true' : null, name);
    t.equal(header(response, 'vary'), 'Origin', name);
  }
  const without = await ask(service({ origins: SHOP }), '/');
  t.strictSame([allowed(without), header(without, 'vary')], [null, 'Origin'], 'no origin, still of one');
});

t.test('a preflight is answered where no route takes OPTIONS, before any guard', async (t) => {
  const registry = service({ origins: SHOP, maxAgeSeconds: 600, privateNetwork: true, credentials: true });
  for (const path of ['/items/7', '/guarded']) {
    const asked = {
      ...PREFLIGHT,
      'access-control-request-headers': 'x-a, x-b',
      'access-control-request-private-network': 'true',
    };
    const response = await ask(registry, path, asked, 'OPTIONS');
    t.equal(response.status, 204);
    t.equal(allowed(response), SHOP);
    t.equal(header(response, 'access-control-allow-methods'), 'GET, POST, PUT, PATCH, DELETE, HEAD');
    t.equal(header(response, 'access-control-allow-headers'), 'x-a, x-b');
    t.equal(header(response, 'access-control-max-age'), '600');
    t.equal(header(response, 'access-control-allow-private-network'), 'true');
    t.match(header(response, 'vary'), /^Origin, Access-Control-Request-Headers/);
  }
  const refused = await ask(
    registry,
    '/items/7',
    { ...PREFLIGHT, origin: 'https://evil.example' },
    'OPTIONS',
  );
  t.strictSame([refused.status, allowed(refused)], [204, null]);
  t.equal(header(refused, 'access-control-allow-methods'), null);
  const plain = await ask(registry, '/items/7', { origin: SHOP }, 'OPTIONS');
  t.equal(header(plain, 'allow'), 'PUT, OPTIONS', 'what is no preflight gets its usual answer');
});

t.test('as an option of a route it answers the preflights of that route', async (t) => {
  const registry = createRegistry({ name: 'one' });
  const guard = () => {
    throw new HttpError(401, 'WHO', 'Who?');
  };
  registry.put('/a/:id', { interceptors: [cors({ origins: SHOP }), guard] }, () => 'put');
  registry.delete('/a/:id', () => 'deleted');
  t.equal(allowed(await ask(registry, '/a/1', PREFLIGHT, 'OPTIONS')), SHOP);
  t.equal(allowed(await ask(registry, '/a/1', { origin: SHOP }, 'PUT')), SHOP, 'the 401 too');
  const asked = { ...PREFLIGHT, 'access-control-request-method': 'DELETE' };
  const other = await ask(registry, '/a/1', asked, 'OPTIONS');
  t.strictSame([other.status, allowed(other), header(other, 'allow')], [204, null, 'PUT, DELETE, OPTIONS']);
});

t.test('the replies of errors have the headers', async (t) => {
  const registry = service({ origins: SHOP });
  const statuses: [path: string, status: number, init?: RequestInit][] = [
    ['/nowhere', 404],
    ['/items/7', 405],
    ['/guarded', 401, { method: 'PUT' }],
    ['/small', 413, { method: 'POST', body: 'large' }],
    ['/broken', 500],
    ['/late', 504],
  ];
  for (const [path, status, init] of statuses) {
    const headers: Headers = { origin: SHOP };
    const response = await registry.fetch(new Request(`http://localhost${path}`, { ...init, headers }));
    t.strictSame(
      [response.status, allowed(response), header(response, 'vary')],
      [status, SHOP, 'Origin'],
      path,
    );
  }
});

t.test('mistakes are refused at registration', async (t) => {
  const mistakes: [CorsOptions, RegExp][] = [
    [{ credentials: true }, /browsers refuse origins '\*' with credentials/],
    [{ origins: SHOP, credentials: true, allowedHeaders: ['*'] }, /allowedHeaders: with credentials/],
    [{ origins: `${SHOP}/` }, /"https:\/\/shop.example\/" is no origin/],
    [{ origins: 'shop.example' }, /is no origin/],
    [{ origins: 'https://Shop.example' }, /is no origin/],
    [{ origins: 'https://shop.example:443' }, /is no origin/],
    [{ origins: [SHOP, '*'] }, /'\*' stands alone/],
    [{ origins: [] }, /at least/],
    [{ origins: /shop\.example$/ }, /must start with \^/],
    [{ origins: /^https:\/\/shop\.example/ }, /end with \$/],
    [{ origins: /^https:\/\/shop\.example$/g }, /no flag g/],
    [{ methods: ['GET POST'] }, /methods must be a list of names/],
    [{ maxAgeSeconds: -1 }, /maxAgeSeconds must be a whole number from 0/],
    [{ origin: SHOP } as CorsOptions, /there is no option origin, use origins/],
  ];
  for (const [options, message] of mistakes) t.throws(() => cors(options), { name: 'ConfigError', message });
});
