import t from 'tap';
import { startFakeRuntimeApi } from '../../support/fake-runtime-api.ts';
import { startLambda } from '../../support/lambda-process.ts';

const FATAL: Record<string, { type: string; message: RegExp }> = {
  rejection: { type: 'TypeError', message: /nobody caught me/ },
  exception: { type: 'RangeError', message: /thrown from a timer/ },
  'answer-late': { type: 'Error', message: /late/ },
  // The log line must get out behind two megabytes of others.
  'exception-after-much': { type: 'Error', message: /after much/ },
  exit: { type: 'Runtime.ExitError', message: /code 0/ },
};

for (const [how, { type, message }] of Object.entries(FATAL)) {
  t.test(`${how} in the middle of an invocation`, async (t) => {
    const api = await startFakeRuntimeApi();
    const lambda = startLambda(api, { handler: 'crash' });
    const outcome = await api.invoke({ how });
    t.equal(outcome.kind, 'error');
    t.equal(outcome.headers['lambda-runtime-function-error-type'], type);
    t.match(JSON.parse(outcome.body.toString()), { errorType: type, errorMessage: message });
    t.equal(await lambda.exited, 1);
    t.same(api.calls, ['next', 'error'], 'no second answer and no further poll');
    t.match(lambda.logs().at(-1), { level: 'FATAL', requestId: outcome.requestId });
    await api.close();
  });
}

t.test('a crash between invocations', async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'crash' });
  t.equal((await api.invoke({ how: 'after' })).kind, 'response');
  t.equal(await lambda.exited, 1);
  t.notOk(api.calls.includes('error'), 'there is nothing to fail');
  t.match(lambda.logs().at(-1), { level: 'FATAL', error: { message: 'while idle' } });
  await api.close();
});

t.test('a stray error of one invocation fails the next, which is under way', async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'crash' });
  const stray = await api.invoke({ how: 'after' });
  const next = await api.invoke({ how: 'long' });
  t.equal(next.kind, 'error');
  t.match(JSON.parse(next.body.toString()), { errorMessage: 'while idle' });
  t.equal(await lambda.exited, 1);
  t.match(lambda.logs().at(-1), { level: 'FATAL', requestId: stray.requestId, underWay: [next.requestId] });
  await api.close();
});

t.test('a crash while a response streams ends it with error trailers', async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'chunks-crash' });
  const outcome = await api.invoke({});
  t.equal(outcome.kind, 'response');
  t.equal(outcome.cut, false);
  t.equal(outcome.trailers['lambda-runtime-function-error-type'], 'EvalError');
  t.equal(await lambda.exited, 1);
  await api.close();
});
