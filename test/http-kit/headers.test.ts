import t from 'tap';
import { createLogger, HttpError, reply } from '../../src/core/index.ts';
import { correlationId, cspNonce, requestId, securityHeaders } from '../../src/http-kit/index.ts';
import { inject } from '../../src/testing/index.ts';
import { ask, registryWith } from './support.ts';

const cspOf = (response: Response) => response.headers.get('content-security-policy');

t.test("helmet's headers, on errors too", async (t) => {
  const registry = registryWith(securityHeaders({ strictTransportSecurity: { maxAge: 60, preload: true } }));
  registry.get('/', () => 'tea');
  for (const path of ['/', '/nowhere']) {
    const { headers } = await ask(registry, path);
    t.match(headers.get('content-security-policy'), /^default-src 'self';base-uri 'self';/, path);
    t.equal(headers.get('strict-transport-security'), 'max-age=60; includeSubDomains; preload', path);
    t.equal(headers.get('x-content-type-options'), 'nosniff', path);
    t.equal(headers.get('x-frame-options'), 'SAMEORIGIN', path);
    t.equal(headers.get('referrer-policy'), 'no-referrer', path);
    t.equal(headers.get('cross-origin-opener-policy'), 'same-origin', path);
  }
});

t.test("a handler's own header stands, null leaves one out, false switches one off", async (t) => {
  const registry = registryWith(securityHeaders({ xFrameOptions: false }));
  registry.get('/', () =>
    reply('x', { headers: { 'referrer-policy': 'origin', 'origin-agent-cluster': null } }),
  );
  const { headers } = await ask(registry, '/');
  t.equal(headers.get('referrer-policy'), 'origin');
  t.equal(headers.get('origin-agent-cluster'), null);
  t.equal(headers.get('x-frame-options'), null);
  t.equal(headers.get('x-content-type-options'), 'nosniff');
});

t.test('a nonce is new for each reply, beside the sources there are', async (t) => {
  const contentSecurityPolicy = {
    directives: { scriptSrc: ["'self'", 'https://cdn.example'], 'img-src': ['*'] },
  };
  const registry = registryWith(securityHeaders({ nonce: true, contentSecurityPolicy }));
  registry.get('/', (_request, context) => context.require(cspNonce));
  const nonces = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const response = await ask(registry, '/');
    const nonce = await response.text();
    nonces.add(nonce);
    const directives = cspOf(response)!.split(';');
    t.ok(directives.includes(`script-src 'self' https://cdn.example 'nonce-${nonce}'`), cspOf(response)!);
    t.ok(directives.includes(`style-src 'self' https: 'unsafe-inline' 'nonce-${nonce}'`));
    t.ok(directives.includes('img-src *'));
    t.ok(directives.includes("default-src 'self'"));
  }
  t.equal(nonces.size, 3);
  const bare = { useDefaults: false as const, directives: { 'default-src': ["'none'"] } };
  const strict = registryWith(securityHeaders({ nonce: true, contentSecurityPolicy: bare }));
  t.match(cspOf(await ask(strict, '/')), /^default-src 'none';script-src 'nonce-[\w+/=]+';style-src 'nonce-/);
});

t.test('mistakes are refused at registration', async (t) => {
  const mistakes: [object, RegExp][] = [
    [{ contentSecurityPolicy: { directives: { 'img-src': ['self'] } } }, /"self" should be quoted/],
    [{ contentSecurityPolicy: { directives: { 'img-src': ['a; b'] } } }, /invalid directive value/],
    [{ referrerPolicy: { policy: 'nobody' } }, /unexpected policy token/],
    [{ strictTransportSecurity: { maxAge: -1 } }, /not a valid value for maxAge/],
    [{ nonce: true, contentSecurityPolicy: false }, /a nonce needs the contentSecurityPolicy/],
    [{ nonce: 'yes' }, /nonce must be true or false/],
  ];
  for (const [options, message] of mistakes)
    t.throws(() => securityHeaders(options), { name: 'ConfigError', message }, String(message));
});

const logged: { correlationId?: string; requestId: string; message: string }[] = [];
const logger = createLogger({ write: (line) => logged.push(JSON.parse(line)) });

async function idOf(
  options: Parameters<typeof requestId>[0],
  given: string | undefined,
  as: 'server' | 'alb',
) {
  const registry = registryWith(requestId(options));
  registry.get('/', (_request, context) => {
    context.logger.info('in the handler');
    throw new HttpError(418, 'TEAPOT', context.require(correlationId));
  });
  const headers = given === undefined ? undefined : { 'x-request-id': given };
  logged.length = 0;
  const response = await inject(registry, new Request('http://localhost/', { headers }), { as, logger });
  await registry.close();
  const echoed = response.headers.get(options?.header ?? 'x-request-id')!;
  const line = logged.find(({ message }) => message === 'in the handler')!;
  t.equal(((await response.json()) as { detail: string }).detail, echoed, 'typed state');
  t.equal(line.correlationId, echoed, 'log line');
  return { echoed, requestId: line.requestId };
}

t.test('a sane id of a trusted request counts, through server and Lambda', async (t) => {
  for (const as of ['server', 'alb'] as const) {
    t.equal((await idOf({}, 'cart-7/', as)).echoed, 'cart-7/', as);
    t.equal(
      (await idOf({ trust: (request) => request.method === 'GET' }, 'cart-7', as)).echoed,
      'cart-7',
      as,
    );
    for (const odd of [undefined, 'a b', 'x'.repeat(129), '<script>']) {
      const { echoed, requestId } = await idOf({}, odd, as);
      t.equal(echoed, requestId, `${as}: ${odd} gives the context's own`);
    }
    t.not((await idOf({ trust: false }, 'cart-7', as)).echoed, 'cart-7', as);
  }
  t.match(
    (await idOf({ header: 'X-Correlation-Id' }, 'cart-7', 'alb')).echoed,
    /^[\w-]{36}$/,
    'another header',
  );
  for (const options of [{ header: 'a b' }, { trust: 'yes' }, { headers: 'x' }])
    t.throws(() => requestId(options as never), { name: 'ConfigError', message: /^requestId: / });
});
