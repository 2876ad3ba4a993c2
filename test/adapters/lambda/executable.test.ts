import t from 'tap';
import { startFakeRuntimeApi } from '../../support/fake-runtime-api.ts';
import { startLambda } from '../../support/lambda-process.ts';
import { APP, noApp as skip } from '../../support/run-app.ts';

for (const args of [[], ['lambda']]) {
  t.test(`the built executable as bootstrap, arguments: ${args.join(' ') || 'none'}`, { skip }, async (t) => {
    const api = await startFakeRuntimeApi();
    const lambda = startLambda(api, { handler: 'hello', command: [APP, ...args] });
    const outcome = await api.invoke({ name: 'you' });
    t.same(JSON.parse(outcome.body.toString()), {
      message: 'Hello you from Omega!',
      requestId: outcome.requestId,
    });
    lambda.child.kill('SIGTERM');
    t.equal(await lambda.exited, 0);
    t.equal(lambda.output(), '');
    await api.close();
  });
}

t.test('the built executable tells an unknown handler', { skip }, async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'nobody', command: [APP] });
  t.equal(await lambda.exited, 1);
  t.match(JSON.parse(String(api.initErrors[0]?.body)), { errorMessage: /"nobody", use one of http, hello/ });
  await api.close();
});
