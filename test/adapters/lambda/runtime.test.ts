import t from 'tap';
import { type FakeRuntimeApi, type Outcome, startFakeRuntimeApi } from '../../support/fake-runtime-api.ts';
import { type LambdaProcess, type LambdaProcessOptions, startLambda } from '../../support/lambda-process.ts';
import { startSlicingProxy } from '../../support/slicing-proxy.ts';

type Work = (api: FakeRuntimeApi, lambda: LambdaProcess) => Promise<void>;

async function withLambda(options: LambdaProcessOptions, work: Work): Promise<void> {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, options);
  try {
    await work(api, lambda);
  } finally {
    await lambda.stop();
    await api.close();
  }
}

const json = (outcome: Outcome) => JSON.parse(outcome.body.toString());

t.test('events and results', async (t) => {
  await withLambda({ handler: 'echo' }, async (api) => {
    const event = { emoji: '😀', list: [1, null], deep: { a: 'é\u0000\n' } };
    const first = await api.invoke(event);
    t.equal(first.kind, 'response');
    t.same(json(first), event);
    t.equal(first.headers['content-type'], 'application/json');
    for (const value of [null, 0, '', 'text', false, []]) t.same(json(await api.invoke(value)), value);
    const big = 'é'.repeat(1_000_000);
    t.equal(json(await api.invoke(big)), big);
    t.equal(api.connections, 1, 'all on one connection');
    t.same(api.strayAnswers, []);
  });
});

t.test('an event that is not JSON fails that invocation only', async (t) => {
  await withLambda({ handler: 'echo' }, async (api) => {
    t.equal(
      (await api.invoke(0, { rawBody: '\ufeff{}' })).kind,
      'response',
      'a byte order mark is taken, as everywhere',
    );
    for (const rawBody of ['{"a":', '']) {
      const outcome = await api.invoke(0, { rawBody });
      t.equal(outcome.kind, 'error');
      t.match(json(outcome), { errorType: 'Runtime.UnmarshalError', errorMessage: /^the event is not JSON/ });
    }
    t.same(json(await api.invoke({ next: 1 })), { next: 1 });
  });
});

t.test('the context', async (t) => {
  const env = {
    AWS_LAMBDA_FUNCTION_NAME: 'named',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_LOG_GROUP_NAME: 'group',
    AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
  };
  await withLambda({ handler: 'context', env }, async (api) => {
    const full = await api.invoke(
      {},
      {
        requestId: 'a/b c?é'.slice(0, 6),
        headers: {
          'Lambda-Runtime-Deadline-Ms': '1900000000123',
          'Lambda-Runtime-Trace-Id': 'Root=1-a;Sampled=1',
          'Lambda-Runtime-Client-Context': '{"client":{"app":"x"}}',
          'Lambda-Runtime-Cognito-Identity': '{"identityId":"me"}',
          'Lambda-Runtime-Aws-Tenant-Id': 'tenant',
          'Lambda-Runtime-Invocation-Id': 'inv-1',
        },
      },
    );
    t.equal(full.headers['lambda-runtime-invocation-id'], 'inv-1');
    t.match(json(full), {
      requestId: 'a/b c?',
      functionName: 'named',
      deadline: 1900000000123,
      traceId: 'Root=1-a;Sampled=1',
      env: 'Root=1-a;Sampled=1',
      clientContext: { client: { app: 'x' } },
      identity: { identityId: 'me' },
      tenantId: 'tenant',
      invokedFunctionArn: /^arn:aws:lambda/,
      functionVersion: '$LATEST',
      memoryLimitInMB: 256,
      logGroupName: 'group',
      logStreamName: 'stream',
      asJson: { functionVersion: '$LATEST', tenantId: 'tenant', identity: { identityId: 'me' } },
    });
  });
});

t.test('what Lambda may leave out', async (t) => {
  await withLambda({ handler: 'context' }, async (api) => {
    await api.invoke({}, { headers: { 'Lambda-Runtime-Trace-Id': 'Root=1-b' } });
    const bare = await api.invoke(
      {},
      {
        requestId: 'bare',
        headers: {
          'Lambda-Runtime-Deadline-Ms': undefined,
          'Lambda-Runtime-Invoked-Function-Arn': undefined,
          'Lambda-Runtime-Client-Context': '{broken',
        },
      },
    );
    t.notOk('lambda-runtime-invocation-id' in bare.headers);
    t.same(json(bare), { requestId: 'bare', functionName: 'misfits', deadline: null, env: null, asJson: {} });
  });
});

t.test('undefined is null', async (t) => {
  await withLambda({ handler: 'nothing' }, async (api) => {
    t.equal((await api.invoke({})).body.toString(), 'null');
  });
});

t.test('the size limit fails one invocation', async (t) => {
  await withLambda({ handler: 'size' }, async (api) => {
    const quotes = 2;
    const most = await api.invoke({ bytes: 6_291_556 - quotes });
    t.equal(most.kind, 'response');
    t.equal(most.body.length, 6_291_556);
    const over = await api.invoke({ bytes: 6_291_556 - quotes + 1 });
    t.equal(over.kind, 'error');
    t.match(json(over), {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: /exceeded maximum allowed payload size \(6291556 bytes\)/,
    });
    t.equal((await api.invoke({ bytes: 1 })).body.toString(), '"x"');
  });
});

t.test('results that are no JSON', async (t) => {
  await withLambda({ handler: 'return' }, async (api) => {
    for (const what of ['cycle', 'bigint', 'function', 'symbol']) {
      const outcome = await api.invoke({ what });
      t.equal(outcome.kind, 'error', what);
      t.equal(json(outcome).errorType, 'Runtime.MarshalError', what);
    }
  });
});

const THROWN: Record<string, object> = {
  error: { errorType: 'TypeError', errorMessage: 'broken', stackTrace: [/^at .*lambda-main/] },
  string: { errorType: 'string', errorMessage: 'just text', stackTrace: [] },
  null: { errorType: 'null', errorMessage: 'null' },
  undefined: { errorType: 'undefined', errorMessage: 'undefined' },
  getter: { errorType: 'Error', errorMessage: /could not be read/ },
  header: { errorType: 'Bad\r\nInjected: 1 é😀', errorMessage: 'line\r\nInjected: 1' },
  cycle: { errorType: 'Object', errorMessage: '[object Object]' },
  long: { errorType: 'Error', errorMessage: /cut, it has 7000000 characters/ },
};

t.test('whatever is thrown gives a payload', async (t) => {
  await withLambda({ handler: 'throw' }, async (api, lambda) => {
    for (const [how, expected] of Object.entries(THROWN)) {
      const outcome = await api.invoke({ how });
      t.equal(outcome.kind, 'error', how);
      t.match(json(outcome), expected, how);
      t.notOk('injected' in outcome.headers, how);
      t.match(outcome.headers['lambda-runtime-function-error-type'], /^[\x21-\x7e]+$/, how);
    }
    const outcome = await api.invoke({ how: 'error' });
    const cause = JSON.parse(String(outcome.headers['lambda-runtime-function-xray-error-cause']));
    t.match(cause, { exceptions: [{ type: 'TypeError', message: 'broken', stack: [{ line: Number }] }] });
    // Not by SIGKILL: the long message may still be on its way through the pipe.
    lambda.child.kill('SIGTERM');
    t.equal(await lambda.exited, 0);
    const logged = lambda.logs().filter((line) => line.message === 'invocation failed');
    t.equal(logged.at(-1)?.requestId, outcome.requestId);
  });
});

t.test('the signal aborts at the deadline', async (t) => {
  await withLambda({ handler: 'sleep' }, async (api) => {
    const outcome = json(await api.invoke({ ms: 5000 }, { timeoutMs: 60 }));
    t.match(outcome, { aborted: true, reason: /deadline/ });
    t.same(json(await api.invoke({ ms: 1 })), { aborted: false, reason: null });
  });
});

t.test('replies to /next cut anywhere', async (t) => {
  for (const chunk of [undefined, 1, 7]) {
    const api = await startFakeRuntimeApi(chunk === undefined ? {} : { chunk });
    const proxy = await startSlicingProxy(api.address, chunk === 7 ? 3 : 1);
    const lambda = startLambda(api, { handler: 'echo', address: proxy.address });
    for (const event of [{ a: '😀'.repeat(20) }, [1], 'é'])
      t.same(json(await api.invoke(event)), event, `chunks of ${chunk}`);
    await lambda.stop();
    await proxy.close();
    await api.close();
  }
});
