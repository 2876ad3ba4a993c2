import t, { type Test } from 'tap';
import type { RouteDescription } from '../../infra/index.ts';
import { type ListenerRule, listenerRules } from '../../infra/listener-rules/index.ts';
import { createRegistry, METHODS, type Method, type RunOn, type Service } from '../../src/core/index.ts';
import { randomOf } from '../core/support.ts';

type Placed = readonly [route: string, runOn: RunOn];

const described = (placed: readonly Placed[]): RouteDescription[] =>
  placed.map(([route, runOn]) => {
    const [method, path] = route.split(' ');
    return { method: method!, path: path!, runOn };
  });

const rulesOf = (placed: readonly Placed[], rest: RunOn = 'both') =>
  listenerRules(described(placed), rest).map(
    ({ side, methods, paths }) => `${side}: ${methods?.join() ?? 'any'} ${paths.join(' ')}`,
  );

/** As the load balancer compares: `*` is any text, `?` any one character. */
function matches(pattern: string, path: string): boolean {
  const escaped = pattern.replace(/[.+$^(){}|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(path);
}

/** Where the load balancer leads a request: by the first rule whose conditions all hold. */
function led(rules: readonly ListenerRule[], method: string, path: string): RunOn {
  const first = rules.find(
    ({ methods, paths }) =>
      (methods === undefined || methods.some((known) => known === method)) &&
      paths.some((pattern) => matches(pattern, path)),
  );
  return first?.side ?? 'both';
}

/** Each route has its own text as description, by which it is known again. */
function serviceOf(placed: readonly Placed[]): Service {
  const registry = createRegistry({ name: 'placed' });
  for (const [route] of placed) {
    const [method, path] = route.split(' ') as [Method, string];
    const register = registry[method.toLowerCase() as 'get'];
    register(path, { description: route }, () => route);
  }
  return registry.freeze();
}

/** Where the core's own router says that a request belongs; `undefined`: to no route. */
function belongs(
  service: Service,
  placed: readonly Placed[],
  method: string,
  path: string,
): RunOn | undefined {
  const { description } = service.resolve(method, path).options;
  return placed.find(([route]) => route === description)?.[1];
}

t.test('each placed route has its rule; those of both sides have none', async (t) => {
  t.same(
    rulesOf([
      ['GET /', 'both'],
      ['POST /reports', 'instances'],
      ['GET /health', 'lambda'],
    ]),
    ['lambda: any /health', 'instances: any /reports'],
  );
  t.same(
    rulesOf([
      ['GET /', 'both'],
      ['GET /a', 'both'],
    ]),
    [],
  );
});

t.test(
  'methods of one path on different sides are told apart; HEAD goes with GET, OPTIONS with the first',
  async (t) => {
    t.same(
      rulesOf([
        ['GET /reports/:id', 'lambda'],
        ['POST /reports/:id', 'instances'],
      ]),
      ['lambda: GET,HEAD,OPTIONS /reports/*', 'instances: POST /reports/*'],
    );
    t.same(
      rulesOf([
        ['GET /x', 'lambda'],
        ['HEAD /x', 'instances'],
        ['OPTIONS /x', 'instances'],
      ]),
      ['lambda: GET /x', 'instances: HEAD,OPTIONS /x'],
    );
  },
);

t.test(
  'rules are shared by paths and prefixes, within the five values and five wildcards of a rule',
  async (t) => {
    const many = (count: number, path: (n: number) => string): Placed[] =>
      Array.from({ length: count }, (_, n) => [`GET ${path(n)}`, 'lambda']);
    t.same(rulesOf([['GET /', 'both'], ...many(4, (n) => `/p${n}`)]), [
      'lambda: any /p0 /p1 /p2',
      'lambda: any /p3',
    ]);
    t.same(rulesOf([['GET /', 'both'], ...many(2, (n) => `/p${n}/:a/:b/:c`)]), [
      'lambda: any /p0/*/*/*',
      'lambda: any /p1/*/*/*',
    ]);
    t.same(rulesOf([['GET /', 'both'], ['GET /api', 'lambda'], ...many(40, (n) => `/api/p${n}`)]), [
      'lambda: any /api /api/*',
    ]);
    // What another side has below it keeps a prefix from standing for all.
    t.same(rulesOf([['GET /api/p1/:id', 'both'], ...many(2, (n) => `/api/p${n}`)]), [
      'lambda: any /api/p0 /api/p1',
    ]);
    const writes = ['POST', 'PUT', 'PATCH', 'DELETE'].map((method): Placed => [`${method} /x`, 'instances']);
    t.same(rulesOf([['GET /x', 'both'], ...writes]), [
      'instances: DELETE,PATCH,POST /x',
      'instances: PUT /x',
    ]);
  },
);

t.test('the more specific goes first, and where a star reaches over a slash a guard does', async (t) => {
  t.same(
    rulesOf([
      ['GET /users/:id', 'lambda'],
      ['GET /users/me', 'both'],
      ['GET /users/:id/orders', 'instances'],
    ]),
    ['instances: any /users/*/orders', 'both: any /users/me', 'lambda: any /users/*'],
  );
  t.same(
    rulesOf([
      ['GET /files/*', 'instances'],
      ['GET /files/:id', 'lambda'],
    ]),
    ['instances: any /files/*/*', 'lambda: any /files/*'],
    'more than one segment is the wildcard of the other',
  );
});

t.test('with no route on both sides the last rule is of one side, whose routes need none', async (t) => {
  const placed: Placed[] = [
    ['GET /a', 'instances'],
    ['GET /b/:id', 'lambda'],
    ['GET /b/x', 'instances'],
  ];
  t.same(rulesOf(placed, 'instances'), ['both: any /b/x', 'lambda: any /b/*']);
});

t.test('what no load balancer can hold is refused with the numbers', async (t) => {
  const alternating = Array.from(
    { length: 202 },
    (_, n): Placed => [`GET /p${n}/:id`, n % 2 ? 'lambda' : 'both'],
  );
  t.equal(rulesOf(alternating).length, 34);
  const inseparable: Placed[] = [
    ['GET /:a/b/*', 'lambda'],
    ['GET /*', 'instances'],
  ];
  t.throws(() => rulesOf(inseparable), {
    name: 'ProvisionError',
    message: /^routes GET \/.* and GET \/.* are on different sides, .* cannot tell their requests apart/,
  });
  const methods = Array.from({ length: 150 }, (_, n): Placed[] => [
    [`GET /p${n}/:a/:b/:c`, 'lambda'],
    [`POST /p${n}/:a/:b/:c`, 'both'],
  ]).flat();
  t.throws(() => rulesOf(methods), {
    name: 'ProvisionError',
    message: /^the routes need 150 rules of the load balancer besides the last, and it has 99/,
  });
  t.throws(
    () =>
      rulesOf([
        ['GET /', 'both'],
        ['GET /:a/:b/:c/:d/:e/:f', 'lambda'],
      ]),
    /has 6 wildcards, of 5/,
  );
  t.throws(
    () =>
      rulesOf([
        ['GET /', 'both'],
        [`GET /${'x'.repeat(128)}`, 'lambda'],
      ]),
    /has 129 characters, of 128/,
  );
});

t.test('characters that a pattern cannot hold match any one', async (t) => {
  t.same(
    rulesOf([
      ['GET /', 'both'],
      ['GET /a=b', 'lambda'],
    ]),
    ['lambda: any /a?b'],
  );
  t.same(
    rulesOf([
      ['GET /', 'both'],
      ['GET /\u00e9', 'lambda'],
    ]),
    ['lambda: any /?C3?A9'],
  );
});

const SIDES: readonly RunOn[] = ['lambda', 'instances', 'both'];

/** Random registries of these segments, each with random requests. */
function simulate(t: Test, seed: number, known: readonly string[]) {
  const next = randomOf(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!;
  const counts = { requests: 0, guarded: 0, refused: 0 };
  for (let round = 0; round < 300; round++) {
    const placed = randomRoutes(next, pick, known);
    const rest = pick(SIDES);
    const rules = rulesOrRefusal(t, placed, rest);
    if (rules === undefined) {
      counts.refused++;
      continue;
    }
    if (rules.some(({ side }) => side === 'both')) counts.guarded++;
    const service = serviceOf(placed);
    for (let n = 0; n < 150; n++) {
      const segments = Array.from({ length: 1 + Math.floor(next() * 6) }, () => pick(['a', 'b', 'c', '']));
      const [method, path] = [pick(METHODS), `/${segments.join('/')}`];
      const side = belongs(service, placed, method, path);
      if (side === undefined) continue;
      counts.requests++;
      const [expected, actual] = [side === rest ? 'both' : side, led(rules, method, path)];
      if (actual !== expected)
        t.fail(`${method} ${path} is led to ${actual}, its route is on ${expected}`, { placed, rest, rules });
    }
  }
  return counts;
}

function randomRoutes(
  next: () => number,
  pick: <T>(values: readonly T[]) => T,
  known: readonly string[],
): Placed[] {
  const routes = new Map<string, Placed>();
  const count = 1 + Math.floor(next() * 9);
  for (let n = 0; n < count; n++) {
    const length = 1 + Math.floor(next() * 4);
    const segments = Array.from({ length }, () => pick(known)).map((text, index) =>
      text === '*' && index < length - 1 ? 'a' : text.replace(':p', `:p${index}`),
    );
    const route = `${pick(['GET', 'GET', 'POST', 'DELETE', 'HEAD', 'OPTIONS'])} /${segments.join('/')}`;
    routes.set(route, [route, pick(SIDES)]);
  }
  return [...routes.values()];
}

function rulesOrRefusal(t: Test, placed: readonly Placed[], rest: RunOn): ListenerRule[] | undefined {
  try {
    return listenerRules(described(placed), rest);
  } catch (error) {
    t.match(error, { name: 'ProvisionError', message: /cannot tell their requests apart|has \d wildcards/ });
    return undefined;
  }
}

t.test('random registries: the load balancer leads each request where its route is', async (t) => {
  const plain = simulate(t, 7, ['a', 'b', ':p', ':p']);
  t.equal(plain.refused, 0, 'without wildcards there is always an order');
  t.ok(plain.requests > 2000 && plain.guarded > 30, JSON.stringify(plain));
  const wild = simulate(t, 8, ['a', 'b', ':p', ':p', '*']);
  t.ok(wild.refused < 30, `${wild.refused} registries with wildcards after parameters cannot be told apart`);
  t.ok(wild.requests > 4000 && wild.guarded > 100, JSON.stringify(wild));
});
