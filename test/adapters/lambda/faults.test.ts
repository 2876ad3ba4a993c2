import t from 'tap';
import { type FakeRuntimeApi, startFakeRuntimeApi } from '../../support/fake-runtime-api.ts';
import { type LambdaProcess, startLambda } from '../../support/lambda-process.ts';

async function withEcho(work: (api: FakeRuntimeApi, lambda: LambdaProcess) => Promise<void>): Promise<void> {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'echo' });
  await work(api, lambda);
  await lambda.stop();
  await api.close();
}

for (const action of ['drop-before', 'drop-after', 500, 403] as const) {
  t.test(`/next: ${action} ends the process non-zero, without a retry`, async (t) => {
    await withEcho(async (api, lambda) => {
      t.same((await api.invoke(1)).kind, 'response');
      await api.until(() => api.parked === 1);
      const before = api.calls.length;
      api.fault({ on: 'next', action });
      t.equal((await api.invoke(2)).kind, 'response');
      t.equal(await lambda.exited, 1);
      t.same(api.calls.slice(before), ['response', 'next']);
      t.match(lambda.logs().at(-1), { level: 'FATAL', message: 'the runtime loop ended' });
      t.same(api.strayAnswers, []);
    });
  });
}

t.test('the API is not there at all', async (t) => {
  const api = await startFakeRuntimeApi();
  const { address } = api;
  await api.close();
  const lambda = startLambda(api, { handler: 'echo', address });
  t.equal(await lambda.exited, 1);
  t.match(lambda.output(), /ECONNREFUSED/);
});

for (const action of ['drop-before', 'drop-after', 413, 400] as const) {
  t.test(`/response: ${action} is never sent again, and the loop goes on`, async (t) => {
    await withEcho(async (api, lambda) => {
      api.fault({ on: 'response', action });
      const outcome = await api.invoke('first');
      t.equal(outcome.kind, action === 'drop-after' ? 'response' : 'lost');
      t.equal((await api.invoke('second')).kind, 'response');
      t.same(api.calls, ['next', 'response', 'next', 'response', ...rest(api)]);
      t.same(api.strayAnswers, []);
      t.match(lambda.logs()[0], { level: 'ERROR', requestId: outcome.requestId });
    });
  });
}

// The next poll may or may not have arrived already.
const rest = (api: FakeRuntimeApi) => api.calls.slice(4).filter((call) => call === 'next');

t.test('/response: 500 ends the process', async (t) => {
  await withEcho(async (api, lambda) => {
    api.fault({ on: 'response', action: 500 });
    void api.invoke('first');
    t.equal(await lambda.exited, 1);
    t.same(api.calls, ['next', 'response']);
  });
});

t.test('/error: a dropped reply is not sent again', async (t) => {
  await withEcho(async (api) => {
    api.fault({ on: 'error', action: 'drop-after' });
    t.equal((await api.invoke(0, { rawBody: '{' })).kind, 'error');
    t.equal((await api.invoke('second')).kind, 'response');
    t.same(api.calls, ['next', 'error', 'next', 'response', ...rest(api)]);
  });
});

t.test('a connection that the API closed between requests is replaced', async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'sleep' });
  await api.until(() => api.parked === 1);
  const answer = api.invoke({ ms: 100 });
  await api.until(() => api.parked === 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  api.closeIdle();
  t.equal((await answer).kind, 'response');
  t.equal(api.connections, 2);
  t.equal((await api.invoke({ ms: 1 })).kind, 'response');
  await lambda.stop();
  await api.close();
});

t.test('many invocations: each answered once, with its own result', async (t) => {
  await withEcho(async (api) => {
    const events = Array.from({ length: 300 }, (_, n) => ({ n }));
    const outcomes = await Promise.all(events.map((event) => api.invoke(event)));
    t.same(
      outcomes.map(({ body }) => JSON.parse(body.toString())),
      events,
    );
    t.same(api.strayAnswers, []);
    t.equal(api.calls.filter((call) => call === 'response').length, 300);
  });
});
