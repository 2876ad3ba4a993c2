import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { parseAddress } from '../../../src/adapters/lambda/runtime-api/address.ts';
import { RuntimeClient } from '../../../src/adapters/lambda/runtime-api/client.ts';
import { Connection } from '../../../src/adapters/lambda/runtime-api/connection.ts';
import { startFakeRuntimeApi } from '../../support/fake-runtime-api.ts';
import { startLambda } from '../../support/lambda-process.ts';
import { invocationReply, startRawApi } from '../../support/raw-runtime-api.ts';

t.test('a poll of /next has no timeout of any kind', async (t) => {
  // By either wire.
  for (const host of ['127.0.0.1', 'localhost']) {
    await t.test(host, async (t) => {
      const timeouts = t.capture(Socket.prototype, 'setTimeout', Socket.prototype.setTimeout);
      const timers = t.capture(globalThis, 'setTimeout', globalThis.setTimeout);
      let answer = () => {};
      const api = await startRawApi({
        serve: (_request, socket) => {
          answer = () => void socket.write(invocationReply('late', 1));
        },
      });
      const before = timers().length;
      const address = parseAddress(api.address.replace('127.0.0.1', host));
      const connection = new Connection(address);
      const polled = new RuntimeClient(address).next(connection);
      await sleep(300);
      t.equal(connection.parked, true);
      t.same(timeouts(), [], 'no socket timeout');
      t.equal(timers().length, before, 'no timer');
      answer();
      t.match(await polled, { status: 200, body: '1' });
      connection.close('the test is over');
      await api.close();
    });
  }
});

t.test(
  'Lambda-Runtime-Invocation-Id is echoed on /error and on streams too, but never made up',
  async (t) => {
    const api = await startFakeRuntimeApi();
    const env = { AMPHI_INVOKE_MODE: 'RESPONSE_STREAM' };
    const lambda = startLambda(api, { handler: 'chunks', env });
    const headers = { 'Lambda-Runtime-Invocation-Id': 'inv-7' };
    const ways = [
      ['error', { pieces: [5] }],
      ['response', { pieces: ['a'] }],
    ] as const;
    for (const [kind, event] of ways) {
      const echoed = await api.invoke(event, { headers, requestId: `with é/${kind}` });
      t.equal(echoed.kind, kind);
      t.equal(echoed.headers['lambda-runtime-invocation-id'], 'inv-7');
      t.notOk('lambda-runtime-invocation-id' in (await api.invoke(event)).headers);
    }
    t.same(api.strayAnswers, []);
    await lambda.stop();
    await api.close();
  },
);

t.test('a connection that the API closed while the handler was busy is replaced too', async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { handler: 'spin' });
  await api.until(() => api.parked === 1);
  const answer = api.invoke({ ms: 500 });
  await api.until(() => api.parked === 0);
  await sleep(100);
  api.closeIdle();
  t.match(await answer, { kind: 'response', body: Buffer.from('"spun"') });
  t.equal(api.connections, 2);
  t.equal((await api.invoke({ ms: 1 })).kind, 'response');
  t.same(api.strayAnswers, []);
  await lambda.stop();
  await api.close();
});
