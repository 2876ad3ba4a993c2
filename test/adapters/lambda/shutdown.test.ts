import t from 'tap';
import { startFakeRuntimeApi } from '../../support/fake-runtime-api.ts';
import { startLambda } from '../../support/lambda-process.ts';

const EXTENSION = { AMPHI_SHUTDOWN_EXTENSION: '1' };

t.test('the internal extension registers before the first poll', async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'echo', env: EXTENSION });
  await api.until(() => api.parked === 1 && api.calls.length === 3);
  t.equal(api.calls[0], 'register');
  t.same([...api.calls].sort(), ['event-next', 'next', 'register']);
  const [registration] = api.registrations;
  t.same(JSON.parse(String(registration?.body)), { events: [] });
  t.ok(registration?.headers['lambda-extension-name']);
  t.same(JSON.parse((await api.invoke({ a: 1 })).body.toString()), { a: 1 });
  lambda.child.kill('SIGTERM');
  t.equal(await lambda.exited, 0);
  await api.close();
});

t.test('no extension unless asked for; SIGTERM drains all the same', async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'echo' });
  await api.until(() => api.parked === 1);
  lambda.child.kill('SIGTERM');
  t.equal(await lambda.exited, 0);
  t.same(api.calls, ['next']);
  await api.close();
});

t.test('a refused extension is told, and the function works', async (t) => {
  const api = await startFakeRuntimeApi();
  api.fault({ on: 'register', action: 403 });
  const lambda = startLambda(api, { handler: 'echo', env: EXTENSION });
  t.equal((await api.invoke(1)).kind, 'response');
  await lambda.stop();
  t.match(lambda.output(), /no shutdown extension.*403/);
  await api.close();
});

t.test('what is under way is aborted and answered, then nothing is polled', async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'sleep', env: EXTENSION });
  await api.until(() => api.parked === 1);
  const answer = api.invoke({ ms: 20_000 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  lambda.child.kill('SIGTERM');
  const outcome = await answer;
  t.equal(outcome.kind, 'response');
  t.match(JSON.parse(outcome.body.toString()), { aborted: true, reason: /shutting down/ });
  t.equal(await lambda.exited, 0);
  t.equal(api.calls.filter((call) => call === 'next').length, 1);
  await api.close();
});

t.test('the service has 400 ms for its own SIGTERM listener', async (t) => {
  for (const [ms, done] of [
    [150, true],
    [20_000, false],
  ] as const) {
    const api = await startFakeRuntimeApi();
    const lambda = startLambda(api, { handler: 'echo', env: { ...EXTENSION, TEST_SIGTERM: String(ms) } });
    await api.until(() => api.parked === 1);
    lambda.child.kill('SIGTERM');
    t.equal(await lambda.exited, 0);
    t.equal(lambda.output().includes('hook done'), done, `a hook of ${ms} ms`);
    await api.close();
  }
});

t.test('an invocation that ignores its signal is cut off, told to the log, exit 1', async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'trace' });
  await api.until(() => api.parked === 1);
  const answer = api.invoke({ ms: 20_000 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  lambda.child.kill('SIGTERM');
  t.equal(await lambda.exited, 1);
  const outcome = await answer;
  t.equal(outcome.kind, 'lost');
  t.match(lambda.logs().at(-1), { message: /cut off/, requestId: outcome.requestId });
  await api.close();
});
