import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { ConfigError, createLogger, createRegistry, type Registry } from '../../src/core/index.ts';

/** A registry, its log and what its hooks noted. */
function scene() {
  const log: Record<string, unknown>[] = [];
  const logger = createLogger({ write: (line) => log.push(JSON.parse(line)) });
  return { registry: createRegistry({ name: 'shop' }), log, logger, order: [] as string[] };
}

/** Notes the name when it begins, and once more when it ends. */
const slow = (order: string[], name: string) => async () => {
  order.push(`${name} begins`);
  await sleep(2);
  order.push(name);
};

t.test('hooks wait for each other; those of onStop run in reverse order', async (t) => {
  const { registry, logger, order } = scene();
  registry.onStart(slow(order, 'a')).onStop(slow(order, 'stop a'));
  registry.onStart(slow(order, 'b')).onStop(slow(order, 'stop b'));
  const { lifecycle } = registry.freeze();
  await lifecycle.start({ logger });
  t.strictSame(order, ['a begins', 'a', 'b begins', 'b']);
  t.equal(await lifecycle.stop({ logger }), true);
  t.strictSame(order.slice(4), ['stop b begins', 'stop b', 'stop a begins', 'stop a']);
});

t.test('those of mounted registries come after the own, each once', async (t) => {
  const { registry, logger, order } = scene();
  const users = createRegistry({ name: 'users' }).onStart(() => order.push('users'));
  const admin = createRegistry({ name: 'admin' }).onStart(() => order.push('admin'));
  admin.mount('/users', users);
  registry.mount('/users', users).mount('/admin', admin);
  registry.onStart(() => order.push('shop'));
  await registry.freeze().lifecycle.start({ logger });
  t.strictSame(order, ['shop', 'users', 'admin']);
});

t.test('an error names the hook by its function or its number, and its registry', async (t) => {
  const { registry, logger } = scene();
  registry.onStart(() => {});
  registry.onStop(() => {});
  registry.onStart(() => {
    throw new RangeError('no port');
  });
  const error = await registry
    .freeze()
    .lifecycle.start({ logger })
    .catch((error: Error) => error);
  t.ok(error instanceof ConfigError);
  t.match(error, { name: 'StartError', message: 'onStart hook 2 of registry shop: no port' });
  t.match((error as Error).cause, { name: 'RangeError' });
  t.match(
    (error as Error).stack,
    /^StartError: .*no port\n +at .*lifecycle\.test\.ts/,
    'the place of the cause',
  );
  const named = createRegistry({ name: 'x' }).onStart(function connect() {
    throw 'text';
  });
  await t.rejects(named.freeze().lifecycle.start({ logger }), {
    message: 'onStart connect of registry x: text',
  });
});

t.test('a start that failed can be tried again', async (t) => {
  const { registry, logger, order } = scene();
  let attempts = 0;
  registry.onStart(() => order.push('pool')).onStop(() => order.push('stop pool'));
  registry.onStart(() => {
    attempts += 1;
    if (attempts === 1) throw new Error('not yet');
  });
  registry.onStop(() => order.push('stop all'));
  registry.get('/', () => 'ok');
  const request = () => registry.fetch(new Request('http://localhost/'));
  await t.rejects(request(), { message: 'onStart hook 2 of registry shop: not yet' });
  t.strictSame(order, ['pool', 'stop pool']);
  t.equal((await request()).status, 200);
  t.equal((await request()).status, 200);
  t.equal(await registry.close(), true);
  t.strictSame(order.slice(2), ['pool', 'stop all', 'stop pool']);
  t.equal(await registry.freeze().lifecycle.stop({ logger }), true, 'nothing is left to stop');
});

t.test('a start waits for a stop that is under way', async (t) => {
  const { registry, logger, order } = scene();
  registry.onStart(slow(order, 'start')).onStop(slow(order, 'stop'));
  const { lifecycle } = registry.freeze();
  await lifecycle.start({ logger });
  await Promise.all([lifecycle.stop({ logger }), lifecycle.start({ logger })]);
  t.strictSame(order.slice(2), ['stop begins', 'stop', 'start begins', 'start']);
});

t.test('errors of onStop are logged with the name, and the rest runs', async (t) => {
  const { registry, logger, log, order } = scene();
  registry.onStop(() => order.push('first'));
  registry.onStop(async function flush() {
    throw new Error('disk full');
  });
  const { lifecycle } = registry.freeze();
  await lifecycle.start({ logger });
  t.equal(await lifecycle.stop({ logger }), false);
  t.strictSame(order, ['first']);
  const message = 'onStop flush of registry shop failed';
  t.match(log, [{ level: 'ERROR', message, error: { message: 'disk full' } }]);
});

t.test('a hook of onStop that hangs is told by its signal, and left', async (t) => {
  const { registry, logger, log, order } = scene();
  registry.onStop(() => order.push('first'));
  registry.onStop(({ signal }) => {
    signal!.addEventListener('abort', () => order.push('told'));
    return new Promise(() => {});
  });
  const { lifecycle } = registry.freeze();
  await lifecycle.start({ logger });
  t.equal(await lifecycle.stop({ logger }, 20), false);
  t.strictSame(order, ['told', 'first']);
  t.match(log, [
    { message: 'onStop hook 2 of registry shop failed', error: { message: /not within 20 ms/ } },
  ]);
});

t.test('a start that is aborted begins no other hook', async (t) => {
  const { registry, logger, order } = scene();
  const stop = new AbortController();
  registry.onStart(() => stop.abort(new Error('SIGTERM'))).onStop(() => order.push('stopped'));
  registry.onStart(() => order.push('never'));
  await t.rejects(registry.freeze().lifecycle.start({ logger, signal: stop.signal }), {
    name: 'StartError',
    message: /SIGTERM/,
  });
  t.notMatch(order, ['never']);
});

t.test('what is no hook or probe is refused, as is what comes after the start', async (t) => {
  const { registry } = scene();
  const refused = (work: () => Registry, message: RegExp) =>
    t.throws(work, { name: 'ConfigError', message }, String(message));
  refused(() => registry.onStart(undefined as never), /onStart: the handler must be a function/);
  refused(() => registry.onStop({} as never), /onStop: the handler must be a function/);
  refused(() => registry.readiness('db', 1 as never), /readiness db: the handler must be a function/);
  refused(() => registry.readiness('a b', () => true), /readiness "a b": a name is 1 to 64/);
  registry.readiness('db', () => true);
  refused(() => registry.readiness('db', () => true), /readiness "db": already registered/);
  const other = createRegistry({ name: 'other' }).readiness('db', () => true);
  refused(() => registry.mount('/other', other), /readiness "db": already registered/);
  registry.freeze();
  refused(() => registry.onStart(() => {}), /registry shop is frozen/);
  refused(() => registry.readiness('x', () => {}), /registry shop is frozen/);
});

t.test('a registry that is mounted twice has one probe', async (t: Test) => {
  const { registry } = scene();
  const inner = createRegistry({ name: 'inner' }).readiness('db', () => true);
  registry.mount('/a', inner).mount('/b', inner);
  t.match(
    registry.freeze().probes.map(({ name }) => name),
    ['db'],
  );
});
