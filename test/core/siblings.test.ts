import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { resolveFunction } from '../../src/adapters/lambda/index.ts';
import { Context, createLogger, createRegistry, FunctionError, type Registry } from '../../src/core/index.ts';

const quiet = createLogger({ write: () => {} });

async function run(registry: Registry, name: string, event: unknown = {}): Promise<unknown> {
  const context = new Context({
    requestId: 'r',
    functionName: name,
    traceId: 'Root=1',
    logger: quiet,
    event,
  });
  return resolveFunction(registry.freeze(), name)!(event, context);
}

t.test('a function calls another and gets its result, both as JSON', async (t) => {
  const registry = createRegistry({ name: 'shop' });
  const seen: unknown[] = [];
  registry.function('add', async (event: { a: number; at: string }, context) => {
    seen.push([event, context.functionName, context.traceId, context.requestId !== 'r']);
    return { sum: event.a + 1, at: new Date(0) };
  });
  registry.function('caller', { invokes: ['add'] }, (_event, context) =>
    context.invoke('add', { a: 1, at: new Date(0) }),
  );
  t.strictSame(await run(registry, 'caller'), { sum: 2, at: '1970-01-01T00:00:00.000Z' });
  t.strictSame(seen, [[{ a: 1, at: '1970-01-01T00:00:00.000Z' }, 'add', 'Root=1', true]]);
});

t.test('a route calls a function, and answers before it has ended', async (t) => {
  const registry = createRegistry({ name: 'shop' });
  const ended = Promise.withResolvers<string>();
  registry.function('report', async (_event, context) => {
    await sleep(20);
    ended.resolve(context.requestId);
  });
  registry.post('/reports', { invokes: ['report'] }, async (_request, context) => {
    return context.invoke('report', {}, { wait: false });
  });
  const response = await registry.fetch(new Request('http://localhost/reports', { method: 'POST' }));
  const { requestId } = (await response.json()) as { requestId: string };
  t.equal(registry.freeze().siblings.running.size, 1);
  t.equal(await ended.promise, requestId);
  await sleep(10);
  t.equal(registry.freeze().siblings.running.size, 0);
});

t.test('interceptors can call too; nothing is undefined, a stream is its text', async (t) => {
  const registry = createRegistry({ name: 'shop' });
  registry.function('nothing', (event) => void event);
  registry.function('stream', async function* () {
    yield 'a';
    yield 'b';
  });
  registry.use(async (_request, context, next) => {
    const got = [await context.invoke('nothing'), await context.invoke('stream')];
    const reply = await next();
    reply.headers['x-got'] = JSON.stringify(got);
    return reply;
  });
  registry.get('/', { invokes: ['nothing', 'stream'] }, () => 'ok');
  const response = await registry.fetch(new Request('http://localhost/'));
  t.equal(response.headers.get('x-got'), '[null,"ab"]');
});

t.test('the failure of a function that was waited for', async (t) => {
  const registry = createRegistry({ name: 'shop' });
  registry.function('fail', () => {
    throw new RangeError('too far');
  });
  registry.function('slow', { timeoutMs: 10 }, () => sleep(5_000, undefined, { ref: false }));
  registry.function('caller', { invokes: ['fail', 'slow'] }, (event: { name: string }, context) =>
    context.invoke(event.name),
  );
  const failure = (name: string) => run(registry, 'caller', { name }).catch((error) => error);
  const thrown = await failure('fail');
  t.ok(thrown instanceof FunctionError);
  t.match(thrown, { name: 'RangeError', message: 'too far' });
  t.match(await failure('slow'), { name: 'Sandbox.Timedout' });
});

t.test('what is not declared cannot be called', async (t) => {
  const registry = createRegistry({ name: 'shop' });
  registry.function('add', () => 1);
  registry.function('none', (_event, context) => context.invoke('add'));
  registry.function('other', { invokes: ['none'] }, (_event, context) => context.invoke('add'));
  const problem = { name: 'ConfigError', message: /declare add by its option invokes: \['add'\]/ };
  await t.rejects(run(registry, 'none'), problem);
  await t.rejects(run(registry, 'other'), problem);
});

t.test('what is no JSON is an error of the caller', async (t) => {
  const registry = createRegistry({ name: 'shop' });
  registry.function('add', () => 1);
  registry.function('caller', { invokes: ['add'] }, (_event, context) => context.invoke('add', { n: 1n }));
  await t.rejects(run(registry, 'caller'), /BigInt/);
});
