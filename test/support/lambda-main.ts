import { setTimeout as sleep } from 'node:timers/promises';
import { runLambda } from '../../src/adapters/lambda/runtime/run.ts';
import { createRegistry, reply, type Service } from '../../src/core/index.ts';

// A process for the tests of the Lambda runtime; its functions misbehave in one way each.

const registry = createRegistry({ name: 'misfits' });

registry.get('/hello', () => 'hello');
registry.get('/stream', () => {
  return reply(slowly(['one ', 'two ', 'three']), {
    headers: { 'content-type': 'text/plain' },
    cookies: ['a=1', 'b=2'],
  });
});
registry.get('/empty', () => reply(undefined, { status: 204 }));
registry.get('/breaks', () => reply(breaking()));

registry.function('echo', (event) => event);
registry.function('context', (_event, context) => {
  const { requestId, functionName, deadline, traceId, lambda } = context;
  const env = process.env._X_AMZN_TRACE_ID ?? null;
  const { invokedFunctionArn, functionVersion, memoryLimitInMB, logGroupName, logStreamName } = lambda!;
  const { clientContext, identity, tenantId } = lambda!;
  return {
    ...{ requestId, functionName, deadline, traceId, env, clientContext, identity, tenantId },
    ...{ invokedFunctionArn, functionVersion, memoryLimitInMB, logGroupName, logStreamName },
    asJson: lambda,
  };
});
registry.function('nothing', () => undefined);
registry.function('size', (event: { bytes: number }) => 'x'.repeat(event.bytes));
registry.function('throw', (event: { how: string }) => {
  throw THROWN[event.how]!();
});
registry.function('return', (event: { what: string }) => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  return { cycle, bigint: 10n, function: () => 1, symbol: Symbol('s') }[event.what];
});
registry.function('crash', async (event: { how: string }) => {
  if (event.how === 'rejection') void Promise.reject(new TypeError('nobody caught me'));
  if (event.how === 'exception-after-much') {
    console.log('m'.repeat(2_000_000));
    setTimeout(() => throwNow(new Error('after much')));
  }
  if (event.how === 'exception') setTimeout(() => throwNow(new RangeError('thrown from a timer')));
  if (event.how === 'exit') process.exit(0);
  if (event.how === 'answer-late') setTimeout(() => throwNow(new Error('late')), 20);
  if (event.how === 'after') setTimeout(() => throwNow(new Error('while idle')), 50);
  if (event.how === 'after' || event.how === 'none') return 'answered';
  await sleep(event.how === 'answer-late' ? 30 : 1000);
  return 'answered all the same';
});
registry.function('sleep', async (event: { ms: number }, context) => {
  await sleep(event.ms, undefined, { signal: context.signal }).catch(() => {});
  const { aborted } = context.signal;
  return { aborted, reason: aborted ? String(context.signal.reason) : null };
});
registry.function('spin', (event: { ms: number }) => {
  for (const end = Date.now() + event.ms; Date.now() < end; );
  return 'spun';
});
registry.function('log', async (event: { stray?: boolean; label: string; ms?: number }, context) => {
  console.log('console %s', event.label);
  console.debug('debug', event.label);
  if (event.ms) await sleep(event.ms);
  console.error({ label: event.label });
  console.warn('two\nlines', new TypeError('bad'));
  context.logger.info('logger', { label: event.label });
  if (event.stray) setTimeout(() => console.log('stray of', event.label), 60);
  return event.label;
});
registry.function('chunks', (event: { pieces: string[]; fail?: boolean; type?: string }) => {
  const body = event.fail ? breaking(event.pieces) : slowly(event.pieces);
  return event.type ? Object.assign(body, { contentType: event.type }) : body;
});
registry.function('chunks-crash', () => {
  setTimeout(() => throwNow(new EvalError('while streaming')), 50);
  return slowly(Array.from({ length: 1000 }, () => 'x'));
});
registry.function('endless', () => endless());
registry.function('sevenths', async ({ n }: { n: number }) => {
  if (n % 2 === 0) await sleep(n % 10);
  if (n % 7 === 0) throw new Error(`seventh ${n}`);
  return { n };
});
registry.function('trace', async (event: { ms: number }, context) => {
  await sleep(event.ms);
  return { env: process.env._X_AMZN_TRACE_ID ?? null, traceId: context.traceId ?? null };
});

const THROWN: Record<string, () => unknown> = {
  error: () => new TypeError('broken'),
  string: () => 'just text',
  null: () => null,
  undefined: () => undefined,
  getter: () => Object.defineProperty(new Error('x'), 'message', { get: () => throwNow(new Error('no')) }),
  header: () => Object.assign(new Error('line\r\nInjected: 1'), { name: 'Bad\r\nInjected: 1 é😀' }),
  long: () => new Error('m'.repeat(7_000_000)),
  cycle: () => {
    const value: Record<string, unknown> = {};
    value.self = value;
    return value;
  },
};

function throwNow(error: unknown): never {
  throw error;
}

async function* slowly(pieces: readonly string[]): AsyncGenerator<string> {
  for (const piece of pieces) {
    await sleep(5);
    yield piece;
  }
}

async function* breaking(pieces: readonly string[] = ['begin']): AsyncGenerator<string> {
  yield* pieces;
  throw new RangeError('broken in the middle é');
}

async function* endless(): AsyncGenerator<Uint8Array> {
  try {
    while (true) {
      yield new Uint8Array(64 * 1024);
      await sleep(1);
    }
  } finally {
    console.log('endless was released');
  }
}

function load(): Promise<Service> {
  const { TEST_INIT, TEST_SIGTERM } = process.env;
  if (TEST_INIT === 'throw') throw new SyntaxError('cannot load\r\né');
  if (TEST_INIT === 'reject') void Promise.reject(new Error('stray in init'));
  if (TEST_INIT === 'exit') process.exit(0);
  if (TEST_INIT === 'reject') return new Promise(() => {});
  if (TEST_SIGTERM) {
    process.once('SIGTERM', async () => {
      await sleep(Number(TEST_SIGTERM));
      process.stdout.write('hook done\n');
    });
  }
  return Promise.resolve(registry.freeze());
}

void runLambda(async () => load(), process.env);
