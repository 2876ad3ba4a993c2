import t from 'tap';
import { createLogger } from '../../src/core/index.ts';
import { clientKey } from '../../src/http-kit/client-key.ts';
import {
  memoryStore,
  type RateLimitOptions,
  type RateLimitStore,
  rateLimit,
} from '../../src/http-kit/index.ts';
import { countFixed, countSliding } from '../../src/http-kit/rate-limit-window.ts';
import { inject } from '../../src/testing/index.ts';
import { ask, codeOf, registryWith } from './support.ts';

const MINUTE = 60_000;
const START = MINUTE * 28_000_000;

function service(options: Partial<RateLimitOptions> = {}) {
  const key: RateLimitOptions['key'] = (request) => request.headers['x-user'];
  const registry = registryWith(
    rateLimit({ limit: 2, windowSeconds: 86_400, window: 'fixed', key, ...options }),
  );
  registry.get('/', () => 'tea');
  return registry;
}

t.test('more than the limit is 429, with the fields of the draft', async (t) => {
  const registry = service();
  const first = await ask(registry, '/', { 'x-user': 'ada' });
  t.equal(first.status, 200);
  t.equal(first.headers.get('ratelimit-policy'), '"default";q=2;w=86400');
  t.match(first.headers.get('ratelimit'), /^"default";r=1;t=\d+$/);
  t.match((await ask(registry, '/', { 'x-user': 'ada' })).headers.get('ratelimit'), /;r=0;/);
  const refused = await ask(registry, '/', { 'x-user': 'ada' });
  t.equal(refused.status, 429);
  t.equal(refused.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  const seconds = refused.headers.get('retry-after')!;
  t.ok(Number(seconds) >= 1 && Number(seconds) <= 86_400, seconds);
  t.equal(refused.headers.get('ratelimit'), `"default";r=0;t=${seconds}`);
  t.equal(await codeOf(refused), 'RATE_LIMITED');
  t.equal((await ask(registry, '/', { 'x-user': 'bob' })).status, 200, 'another client');
  const nobody = await ask(registry, '/');
  t.strictSame([nobody.status, nobody.headers.get('ratelimit')], [200, null], 'no key, no count');
});

t.test('limits by the address unless told, and beside each other', async (t) => {
  const registry = registryWith(
    rateLimit({ limit: 5, windowSeconds: 86_400, name: 'day' }),
    rateLimit({ limit: 1, windowSeconds: 86_400, window: 'fixed', name: 'burst' }),
  );
  registry.get('/', () => 'tea');
  const quiet = createLogger({ write: () => {} });
  const send = () => inject(registry, '/', { as: 'apigateway-v2', logger: quiet });
  const first = await send();
  t.equal(first.headers.get('ratelimit-policy'), '"burst";q=1;w=86400, "day";q=5;w=86400');
  t.match(first.headers.get('ratelimit'), /^"burst";r=0;t=\d+, "day";r=4;t=\d+$/);
  t.equal((await send()).status, 429);
  await registry.close();
});

t.test('fixed windows go by the clock', async (t) => {
  const store = memoryStore();
  const at = (ms: number) => countFixed(store, 'a', 2, MINUTE, START + ms);
  t.strictSame(await at(0), { allowed: true, remaining: 1, waitMs: MINUTE });
  t.strictSame(await at(59_000), { allowed: true, remaining: 0, waitMs: 1000 });
  t.strictSame(await at(59_500), { allowed: false, remaining: 0, waitMs: 500 });
  t.match(await at(MINUTE), { allowed: true, remaining: 1 });
});

t.test('sliding windows weigh the one before, and who waits as told is let in', async (t) => {
  const store = memoryStore();
  const at = (ms: number) => countSliding(store, 'a', 4, MINUTE, START + ms);
  for (const ms of [0, 1, 2, 3]) t.equal((await at(ms)).allowed, true);
  const full = await at(30_000);
  t.equal(full.allowed, false);
  t.strictSame(await at(30_000 + full.waitMs), { allowed: true, remaining: 0, waitMs: 45_000 });
  const again = await at(MINUTE + 20_000);
  t.equal(again.allowed, false, 'one of this window, and two thirds of four');
  t.equal((await at(MINUTE + 20_000 + again.waitMs)).allowed, true);
  t.match(await at(4 * MINUTE), { allowed: true, remaining: 3 }, 'long after');
  const hammered = memoryStore();
  const hit = (ms: number) => countSliding(hammered, 'a', 4, MINUTE, START + ms);
  for (let ms = 0; ms < 100; ms++) await hit(ms);
  t.equal((await hit(MINUTE + 30_000)).allowed, true, 'what was refused weighs no more than a full window');
});

t.test('the memory has a bound', async (t) => {
  const store = memoryStore({ maxCounters: 3 });
  const [past, later] = [Date.now() - 1, Date.now() + MINUTE];
  for (const key of ['a', 'b']) await store.increment(key, past);
  for (const key of ['c', 'd']) await store.increment(key, later);
  t.strictSame(
    ['a', 'b', 'c', 'd'].map((key) => store.read(key)),
    [0, 0, 1, 1],
    'what has expired goes first',
  );
  for (const key of ['e', 'f']) await store.increment(key, later);
  t.strictSame(
    ['c', 'd', 'e', 'f'].map((key) => store.read(key)),
    [0, 1, 1, 1],
    'then the oldest',
  );
});

t.test('a store of its own, and one that fails', async (t) => {
  const counters = new Map<string, number>();
  const shared: RateLimitStore = {
    async increment(key, expiresAt) {
      if (expiresAt <= Date.now()) throw new Error('expired');
      counters.set(key, (counters.get(key) ?? 0) + 1);
      return counters.get(key)!;
    },
    read: async (key) => counters.get(key) ?? 0,
  };
  const [one, two] = [service({ store: shared }), service({ store: shared })];
  const statuses = [];
  for (const registry of [one, two, one])
    statuses.push((await ask(registry, '/', { 'x-user': 'ada' })).status);
  t.strictSame(statuses, [200, 200, 429], 'two processes count together');
  t.match([...counters.keys()], [/^default:ada:\d+$/]);
  const down = () => Promise.reject(new Error('secret'));
  const failing = { increment: down, read: down };
  const open = await ask(service({ store: failing }), '/', { 'x-user': 'ada' });
  t.strictSame([open.status, open.headers.get('ratelimit')], [200, null]);
  const refusing = service({ store: failing, whenStoreFails: 'refuse' });
  const closed = await ask(refusing, '/', { 'x-user': 'ada' });
  t.strictSame([closed.status, await codeOf(closed)], [503, 'RATE_LIMIT_UNAVAILABLE']);
});

t.test('in Lambda a memory is said to be one environment alone, once', async (t) => {
  const lines: string[] = [];
  const logger = createLogger({ write: (line) => lines.push(line) });
  const warnings = async (options: Partial<RateLimitOptions>) => {
    lines.length = 0;
    const registry = service({ limit: 9, ...options });
    for (let i = 0; i < 2; i++) await inject(registry, '/', { as: 'alb', logger });
    await registry.close();
    return lines.filter((line) => line.includes('each environment counts for itself')).length;
  };
  t.equal(await warnings({}), 0);
  process.env.AWS_LAMBDA_FUNCTION_NAME = 'kit';
  t.teardown(() => delete process.env.AWS_LAMBDA_FUNCTION_NAME);
  t.equal(await warnings({}), 1);
  t.equal(await warnings({ store: memoryStore() }), 0, 'who gives one knows');
});

t.test('a client is an IPv4 address, or a network of IPv6', async (t) => {
  t.equal(clientKey('203.0.113.9'), '203.0.113.9');
  t.equal(clientKey('::ffff:203.0.113.9'), '203.0.113.9');
  t.equal(clientKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  t.equal(clientKey('2001:0DB8:0001:0002::9'), '2001:db8:1:2::/64');
  t.equal(clientKey('2001:db8::1'), '2001:db8:0:0::/64');
  t.equal(clientKey('::1'), '0:0:0:0::/64');
  t.equal(clientKey('fe80::1%eth0'), 'fe80:0:0:0::/64');
  for (const odd of ['', 'unknown', 'a:b:c']) t.equal(clientKey(odd), odd);
});

t.test('mistakes are refused at registration', async (t) => {
  const good = { limit: 1, windowSeconds: 1 };
  const mistakes: [object, RegExp][] = [
    [{}, /limit must be a whole number/],
    [{ limit: 1, windowSeconds: 0.5 }, /windowSeconds must be a whole number/],
    [{ ...good, window: 'rolling' }, /window must be/],
    [{ ...good, name: 'a"b' }, /name must be/],
    [{ ...good, key: 'ip' }, /key must be a function/],
    [{ ...good, store: {} }, /store.increment must be a function/],
    [{ ...good, whenStoreFails: 'log' }, /whenStoreFails must be/],
    [{ ...good, max: 1 }, /there is no option max/],
  ];
  for (const [options, message] of mistakes)
    t.throws(() => rateLimit(options as never), { name: 'ConfigError', message });
  t.throws(() => memoryStore({ maxCounters: 0 }), { name: 'ConfigError', message: /maxCounters/ });
});
