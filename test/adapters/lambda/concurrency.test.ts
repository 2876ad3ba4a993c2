import t from 'tap';
import { startFakeRuntimeApi } from '../../support/fake-runtime-api.ts';
import { startLambda } from '../../support/lambda-process.ts';

const FOUR = { AWS_LAMBDA_MAX_CONCURRENCY: '4', AWS_LAMBDA_LOG_FORMAT: 'JSON' };

t.test('as many polls as may run, each on its connection', async (t) => {
  const api = await startFakeRuntimeApi({ concurrency: 4 });
  const lambda = startLambda(api, { handler: 'trace', env: FOUR });
  await api.until(() => api.parked === 4);
  t.equal(api.connections, 4);
  const trace = (n: number) => ({ headers: { 'Lambda-Runtime-Trace-Id': `Root=${n}` } });
  const outcomes = await Promise.all([1, 2, 3, 4].map((n) => api.invoke({ ms: 100 - n }, trace(n))));
  t.same(
    outcomes.map(({ body }) => JSON.parse(body.toString())),
    [1, 2, 3, 4].map((n) => ({ env: null, traceId: `Root=${n}` })),
    'the trace id is in the context, not in the environment',
  );
  await lambda.stop();
  await api.close();
});

t.test('logs carry the request id of their own invocation', async (t) => {
  const api = await startFakeRuntimeApi({ concurrency: 4 });
  const lambda = startLambda(api, { handler: 'log', env: FOUR });
  const labels = Array.from({ length: 40 }, (_, n) => `label-${n}`);
  const outcomes = await Promise.all(labels.map((label, n) => api.invoke({ label, ms: 1 + (n % 5) * 4 })));
  await lambda.stop();
  for (const [n, { requestId }] of outcomes.entries()) {
    const lines = lambda.logs().filter((line) => line.requestId === requestId);
    t.match(lines, [
      { message: `console label-${n}` },
      { message: { label: `label-${n}` } },
      { level: 'WARN' },
      { label: `label-${n}` },
    ]);
  }
  t.same(api.strayAnswers, []);
  await api.close();
});

t.test('a poll that breaks is begun again; the others do not notice', async (t) => {
  const api = await startFakeRuntimeApi({ concurrency: 4 });
  api.fault({ on: 'next', action: 'drop-before' });
  const lambda = startLambda(api, { handler: 'echo', env: FOUR });
  await api.until(() => api.parked === 4);
  t.equal(api.calls.filter((call) => call === 'next').length, 5);
  t.equal((await api.invoke(1)).kind, 'response');
  t.match(lambda.logs()[0], { level: 'ERROR', message: 'a poll of /next failed', retry: true });
  await lambda.stop();
  await api.close();
});

t.test('a refused poll ends; the process ends non-zero with the last', async (t) => {
  const api = await startFakeRuntimeApi({ concurrency: 4 });
  api.fault(...Array.from({ length: 3 }, () => ({ on: 'next', action: 403 }) as const));
  const lambda = startLambda(api, { handler: 'echo', env: FOUR });
  await api.until(() => api.parked === 1 && api.calls.length === 4);
  t.equal((await api.invoke(1)).kind, 'response');
  await api.until(() => api.parked === 1);
  api.fault({ on: 'next', action: 500 });
  t.equal((await api.invoke(2)).kind, 'response');
  t.equal(await lambda.exited, 1);
  await api.close();
});

t.test('SIGTERM drains all', async (t) => {
  const api = await startFakeRuntimeApi({ concurrency: 4 });
  const lambda = startLambda(api, { handler: 'sleep', env: FOUR });
  await api.until(() => api.parked === 4);
  const answers = [api.invoke({ ms: 20_000 }), api.invoke({ ms: 20_000 })];
  await new Promise((resolve) => setTimeout(resolve, 50));
  lambda.child.kill('SIGTERM');
  for (const { body } of await Promise.all(answers)) t.match(JSON.parse(body.toString()), { aborted: true });
  t.equal(await lambda.exited, 0);
  t.equal(api.calls.filter((call) => call === 'next').length, 4);
  await api.close();
});

t.test('a crash fails every invocation under way', async (t) => {
  const api = await startFakeRuntimeApi({ concurrency: 4 });
  const lambda = startLambda(api, { handler: 'crash', env: FOUR });
  await api.until(() => api.parked === 4);
  const long = api.invoke({ how: 'long' });
  const bad = api.invoke({ how: 'exception' });
  for (const outcome of await Promise.all([long, bad])) t.equal(outcome.kind, 'error');
  t.equal(await lambda.exited, 1);
  t.same(api.strayAnswers, []);
  await api.close();
});
