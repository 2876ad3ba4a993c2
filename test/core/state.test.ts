import t from 'tap';
import { createRegistry } from '../../src/core/index.ts';
import { stateKey } from '../../src/core/state.ts';
import { invokeFunction } from '../../src/testing/index.ts';
import { recorded } from './support.ts';

t.test('a value is kept by its key, not by the name of the key', async (t) => {
  const { context } = recorded();
  const user = stateKey<{ name: string } | undefined>('user');
  const other = stateKey<{ name: string }>('user');
  t.equal(context.get(user), undefined);
  context.set(user, { name: 'Ada' });
  t.strictSame(context.get(user), { name: 'Ada' });
  t.equal(context.get(other), undefined);
  t.throws(() => context.require(other), {
    name: 'ConfigError',
    message: 'context.require: no user was set',
  });
  context.set(user, undefined);
  t.equal(context.require(user), undefined, 'undefined was set');
  t.throws(() => stateKey(''), { name: 'ConfigError', message: /stateKey: the name/ });
});

t.test('the compiler knows the type', async (t) => {
  const { context } = recorded();
  const count = stateKey<number>('count');
  // @ts-expect-error a text is no number
  context.set(count, 'one');
  // @ts-expect-error it may not be there
  const maybe: number = context.get(count);
  // @ts-expect-error a key of numbers is none of texts
  const key: ReturnType<typeof stateKey<string>> = count;
  t.equal(maybe, 'one');
  t.equal(key.name, 'count');
});

t.test('interceptors hand values on to functions, and none to the next invocation', async (t) => {
  const tenant = stateKey<string>('tenant');
  const registry = createRegistry({ name: 'svc' });
  registry.useFunction((event, context, next) => {
    if (event !== null) context.set(tenant, String(event));
    return next();
  });
  registry.function('who', (_event, context) => context.get(tenant) ?? 'nobody');
  t.equal(await invokeFunction(registry, 'who', 'acme'), 'acme');
  t.equal(await invokeFunction(registry, 'who'), 'nobody');
});

t.test('log lines carry what was added from there on', async (t) => {
  const { context, lines } = recorded();
  context.logger.info('before');
  context.addLogFields({ correlationId: 'c-1', requestId: 'forged' });
  context.addLogFields({ tenant: 'acme' });
  context.logger.info('after');
  const [before, after] = lines;
  t.equal(before?.correlationId, undefined);
  t.match(after, { correlationId: 'c-1', tenant: 'acme', requestId: 'r-1', message: 'after' });
});
