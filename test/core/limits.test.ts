// Body limit and timeout are the core's, so that every adapter keeps them alike.
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import {
  Context,
  createLogger,
  createRegistry,
  HandlerTimeout,
  reply,
  runFunction,
} from '../../src/core/index.ts';
import { rawRequest, send } from './support.ts';

const newRegistry = () => createRegistry({ name: 'svc' });
const logger = createLogger({ write: () => {} });
const contextOf = (timeoutMs?: number) =>
  new Context({ requestId: 'r', functionName: 'f', timeoutMs, logger });

t.test('the shorter of route and adapter counts, and interceptors see the 504', async (t) => {
  const statuses: unknown[] = [];
  const aborted: string[] = [];
  const service = newRegistry()
    .use(async (request, _context, next) => {
      const answer = await next();
      statuses.push([request.path, answer.status, (answer.error as Error).name]);
      answer.headers['x-seen'] = 'yes';
      return answer;
    })
    .get('/route', { timeoutMs: 20 }, (_request, context) => {
      context.signal.addEventListener('abort', () => aborted.push('route'));
      return new Promise(() => {});
    })
    .get('/adapter', { timeoutMs: 60_000 }, () => new Promise(() => {}))
    .freeze();
  for (const [path, timeoutMs] of [
    ['/route', undefined],
    ['/route', 60_000],
    ['/adapter', 20],
  ] as const) {
    const response = await service.dispatch(rawRequest('GET', path), contextOf(timeoutMs));
    t.match(response, { status: 504, headers: { 'x-seen': 'yes' }, body: /"code":"TIMEOUT"/ }, path);
  }
  t.strictSame(statuses, [
    ['/route', 504, 'HandlerTimeout'],
    ['/route', 504, 'HandlerTimeout'],
    ['/adapter', 504, 'HandlerTimeout'],
  ]);
  t.strictSame(aborted, ['route', 'route']);
});

t.test('an interceptor that hangs itself cannot keep the answer', async (t) => {
  const service = newRegistry()
    .use(async (_request, _context, next) => {
      await next();
      return new Promise(() => {});
    })
    .get('/', { timeoutMs: 20 }, () => 'quick')
    .freeze();
  t.match(await service.dispatch(rawRequest('GET', '/'), contextOf()), { status: 504 });
});

t.test('a late reply is dropped, its stream released', async (t) => {
  let released = 0;
  const late = { async *[Symbol.asyncIterator]() {}, destroy: () => void released++ };
  const service = newRegistry()
    .get('/bare', { timeoutMs: 10 }, () => sleep(40).then(() => reply(late)))
    .use('/wrapped', (_request, _context, next) => next())
    .get('/wrapped', { timeoutMs: 10 }, () => sleep(40).then(() => reply(late)))
    .freeze();
  for (const path of ['/bare', '/wrapped']) {
    t.match(await service.dispatch(rawRequest('GET', path), contextOf()), { status: 504 }, path);
  }
  await sleep(80);
  t.equal(released, 2);
});

t.test('a handler in time is not bothered, and a context has its deadline', async (t) => {
  const registry = newRegistry().get('/', { timeoutMs: 5_000 }, async (_request, context) => {
    await sleep(5);
    return { left: context.getRemainingTimeInMillis(), aborted: context.signal.aborted };
  });
  const { left, aborted } = (await send(registry, 'GET', '/')).json();
  t.ok(left > 0 && left <= 5_000);
  t.equal(aborted, false);
});

t.test('functions have the same limits', async (t) => {
  const { functions } = newRegistry()
    .function('own', { timeoutMs: 20 }, () => new Promise(() => {}))
    .function('free', () => new Promise(() => {}))
    .function('sync', { timeoutMs: 1 }, () => 'at once')
    .function('quick', { timeoutMs: 5_000 }, async () => 'soon')
    .freeze();
  const run = (name: string, context: Context) => runFunction(functions.get(name)!, {}, context);
  for (const [name, timeoutMs] of [
    ['own', undefined],
    ['own', 60_000],
    ['free', 20],
  ] as const) {
    const context = contextOf(timeoutMs);
    await t.rejects(Promise.resolve(run(name, context)), { name: 'HandlerTimeout', timeoutMs: 20 }, name);
    t.ok(context.signal.aborted && context.signal.reason instanceof HandlerTimeout);
  }
  t.equal(run('sync', contextOf()), 'at once');
  t.equal(await run('quick', contextOf()), 'soon');
});

t.test('unknown options and bad ones are refused by name', async (t) => {
  const bad = (options: object) => () => newRegistry().get('/a', options as never, () => 1);
  t.throws(bad({ bodylimit: 1 }), { message: /^GET \/a: there is no option bodylimit, use .*bodyLimit/ });
  t.throws(bad({ timeoutMs: 0 }), { message: /^GET \/a: timeoutMs must be above 0/ });
  t.throws(bad({ timeoutMs: 2 ** 31 }), { message: /^GET \/a: timeoutMs must be above 0 and at most/ });
  t.throws(bad({ interceptors: ['x'] }), { message: 'GET /a: interceptors must be a list of functions' });
  t.throws(() => newRegistry().get('/a', (() => 1) as never, {} as never), {
    message: /options must be an object, before/,
  });
  t.throws(() => newRegistry().function('f', { body: 'stream' } as never, () => 1), {
    message: /no option body/,
  });
});
