import t from 'tap';
import { chooseHandler, resolveFunction } from '../../../src/adapters/lambda/runtime/invokable.ts';
import { parseAddress } from '../../../src/adapters/lambda/runtime-api/address.ts';
import { encodeError, IN_TRAILERS } from '../../../src/adapters/lambda/runtime-api/payload.ts';
import { encodeResult } from '../../../src/aws/function-result.ts';
import { createRegistry } from '../../../src/core/index.ts';

t.test('addresses', async (t) => {
  t.match(parseAddress('127.0.0.1:9001'), { host: '127.0.0.1', port: 9001, authority: '127.0.0.1:9001' });
  t.match(parseAddress('[::1]:9001'), { host: '::1', port: 9001, authority: '[::1]:9001' });
  t.match(parseAddress('sandbox.local'), { host: 'sandbox.local', port: 80 });
  for (const bad of [undefined, '', 'host:0', 'host:65536', 'host:x', '::1', '[::1', 'a/b:1'])
    t.throws(() => parseAddress(bad), { name: 'ConfigError' }, String(bad));
});

t.test('which handler', async (t) => {
  const empty = createRegistry({ name: 'empty' }).freeze();
  const one = createRegistry({ name: 'one' })
    .function('only', () => 1)
    .freeze();
  const two = createRegistry({ name: 'two' })
    .function('a', () => 1)
    .function('b', () => 2)
    .freeze();
  for (const none of [undefined, '', 'bootstrap', 'index.handler']) t.equal(chooseHandler(one, none), 'only');
  t.equal(chooseHandler(two, 'b'), 'b');
  t.throws(() => chooseHandler(two, 'bootstrap'), { message: /"bootstrap".*set it to one of a, b$/ });
  t.throws(() => chooseHandler(two, 'http'), { message: /no handler "http", use one of a, b$/ });
  t.throws(() => chooseHandler(empty, ''), { message: /the registry is empty/ });
  t.equal(resolveFunction(two, 'c'), undefined);
});

t.test('results and errors', async (t) => {
  t.equal(encodeResult(undefined), 'null');
  t.equal(encodeResult({ a: undefined, toJSON: () => 5 }), '5');
  t.throws(() => encodeResult('é'.repeat(4_000_000)), {
    name: 'Function.ResponseSizeTooLarge',
    message: /6291556 bytes/,
  });
  const report = encodeError(Object.assign(new Error('😀'.repeat(9000)), { name: '' }), IN_TRAILERS);
  t.equal(report.type, 'Error');
  t.ok(report.json.length < 8000);
  const { cause } = encodeError(new Error('é\u0085\u2028'));
  t.match(cause, /^[\x20-\x7e]+$/);
  t.equal(JSON.parse(String(cause)).exceptions[0].message, 'é\u0085\u2028');
});

t.test('frames of a stack, and what a client made look like some', async (t) => {
  const framesOf = (...lines: string[]) => {
    const error = Object.assign(new Error('x'), { stack: ['Error: x', ...lines].join('\n    ') });
    return JSON.parse(String(encodeError(error).cause)).exceptions[0].stack;
  };
  t.same(framesOf('at run (file:///a b/c.ts:10:5)', 'at node:net:7', 'at async Promise.all (index 0)'), [
    { path: 'file:///a b/c.ts', line: 10, label: 'run' },
    { path: 'node:net', line: 7, label: 'anonymous' },
    { path: 'at async Promise.all (index 0)', line: 0, label: 'anonymous' },
  ]);
  t.same(framesOf(`at ${' (:1'.repeat(200)}`), [{ path: `:1${' (:1'.repeat(198)} (`, line: 1, label: '' }]);
});
