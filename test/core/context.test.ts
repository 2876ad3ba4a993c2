import t from 'tap';
import { Context } from '../../src/core/index.ts';
import { recorded } from './support.ts';

/** The timers that are pending, unreferenced ones too, which process.getActiveResourcesInfo() leaves out. */
const pending = new Set<unknown>();
const { setTimeout: set, clearTimeout: clear } = globalThis;
t.before(() => {
  const tracked = (call: () => void, ms?: number) => {
    const timer = set(() => {
      pending.delete(timer);
      call();
    }, ms);
    pending.add(timer);
    return timer;
  };
  globalThis.setTimeout = Object.assign(tracked, set) as typeof set;
  globalThis.clearTimeout = ((timer: NodeJS.Timeout) => {
    pending.delete(timer);
    clear(timer);
  }) as typeof clear;
});
t.teardown(() => Object.assign(globalThis, { setTimeout: set, clearTimeout: clear }));
const timers = () => pending.size;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

t.test('defaults and given values', async (t) => {
  const { context } = recorded();
  t.match(context, {
    requestId: 'r-1',
    functionName: 'svc',
    deadline: Number.POSITIVE_INFINITY,
    traceId: undefined,
    event: undefined,
    lambda: undefined,
  });
  t.equal(context.getRemainingTimeInMillis(), Number.POSITIVE_INFINITY);
  const event = { a: 1 };
  const { context: given } = recorded({ event, traceId: 'Root=1', functionName: 'f', deadline: 5 });
  t.strictSame(
    [given.event, given.traceId, given.functionName, given.getRemainingTimeInMillis()],
    [event, 'Root=1', 'f', 0],
  );
});

t.test('a request id is made once, when first asked for, and is in every line', async (t) => {
  let made = 0;
  const { context, lines } = recorded({ requestId: () => `id-${++made}` });
  t.equal(made, 0);
  context.logger.info('one');
  context.logger.child({ a: 1 }).info('two');
  t.strictSame([context.requestId, made], ['id-1', 1]);
  t.match(lines, [
    { requestId: 'id-1', message: 'one' },
    { requestId: 'id-1', a: 1, message: 'two' },
  ]);
  t.equal(context.logger, context.logger);
});

t.test('the signal aborts at the deadline', async (t) => {
  const { context } = recorded({ deadline: Date.now() + 30 });
  const { signal } = context;
  t.equal(signal.aborted, false);
  t.equal(context.signal, signal);
  // The context's own timer keeps no process alive.
  const awake = setTimeout(() => {}, 10_000);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  clearTimeout(awake);
  t.match(signal.reason, { message: 'the deadline of this invocation has passed' });
  t.equal(context.getRemainingTimeInMillis(), 0);
  t.equal(recorded({ deadline: Date.now() - 1 }).context.signal.aborted, true, 'a passed one at once');
});

t.test('abort before the signal is read; the first reason counts', async (t) => {
  const { context } = recorded({ deadline: Date.now() + 60_000 });
  const before = timers();
  context.abort('gone');
  context.abort('later');
  t.strictSame([context.signal.aborted, context.signal.reason, timers()], [true, 'gone', before]);
  const { context: other } = recorded();
  const { signal } = other;
  other.abort('first');
  other.abort('second');
  t.equal(signal.reason, 'first');
});

t.test('no timer outlives finish() or abort()', async (t) => {
  const before = timers();
  const make = (deadline = Date.now() + 60_000) => recorded({ deadline }).context;
  const finished = make();
  t.equal(finished.signal.aborted, false);
  finished.finish();
  const late = make();
  late.finish();
  t.equal(late.signal.aborted, false);
  const aborted = make();
  t.equal(timers(), before);
  t.equal(aborted.signal.aborted, false);
  t.equal(timers(), before + 1, 'the check sees a timer');
  aborted.abort('x');
  t.equal(make(Date.now() + 2 ** 40).signal.aborted, false, 'beyond what a timer can do');
  t.equal(timers(), before);
});

t.test('a pending deadline neither keeps the process alive nor fires after finish()', async (t) => {
  const { context } = recorded({ deadline: Date.now() + 20 });
  const { signal } = context;
  context.finish();
  await sleep(40);
  t.equal(signal.aborted, false);
  t.ok(context instanceof Context);
});
