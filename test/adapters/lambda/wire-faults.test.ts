import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startLambda } from '../../support/lambda-process.ts';
import {
  invocationReply,
  type RawOptions,
  type RawRequest,
  type RawRuntimeApi,
  startRawApi,
  statusReply,
} from '../../support/raw-runtime-api.ts';
import { until } from '../../support/until.ts';

/** Serves one event to the first poll and leaves later polls waiting; replies get `reply`. */
function oneEvent(event: unknown, reply: RawOptions['serve']): RawOptions['serve'] {
  let given = false;
  return (request, socket) => {
    if (request.call !== 'next') return reply(request, socket);
    if (!given) socket.write(invocationReply('id-1', event));
    given = true;
  };
}

const lastIsNext = (api: RawRuntimeApi) => api.calls.at(-1) === 'next';

t.test(
  'a reply to /next that trickles in, with a long silence in the middle, is one whole event',
  async (t) => {
    const event = { text: '😀é'.repeat(4), list: [1, 2, 3] };
    const posts: RawRequest[] = [];
    let given = false;
    const api = await startRawApi({
      serve: async (request, socket) => {
        if (request.call !== 'next') {
          posts.push(request);
          socket.write(statusReply(202));
          return;
        }
        if (given) return;
        given = true;
        const bytes = invocationReply('id-1', event);
        for (let at = 0; at < bytes.length; at += 1) {
          if (at === bytes.length - 20) await sleep(1500);
          socket.write(bytes.subarray(at, at + 1));
          await sleep(1);
        }
      },
    });
    const lambda = startLambda(api, { handler: 'echo' });
    await until(() => posts.length === 1 && lastIsNext(api), 'the answer and the next poll');
    t.same(JSON.parse(posts[0]!.body), event);
    t.same(api.calls, ['next', 'response id-1', 'next']);
    t.equal(api.connections, 1);
    await lambda.stop();
    await api.close();
  },
);

/** Where the reply to /next is cut, as a share of its bytes. */
for (const [where, share] of [
  ['its head', 0.2],
  ['its body', 0.95],
] as const) {
  t.test(`a reply to /next cut in ${where}: nothing is run, nothing answered, exit 1`, async (t) => {
    const api = await startRawApi({
      serve: (_request, socket) => {
        const bytes = invocationReply('id-1', { label: 'half', text: 'x'.repeat(200) });
        socket.write(bytes.subarray(0, Math.floor(bytes.length * share)), () => socket.destroy());
      },
    });
    const lambda = startLambda(api, { handler: 'log' });
    t.equal(await lambda.exited, 1);
    t.same(api.calls, ['next'], 'no second poll, no answer');
    t.notMatch(lambda.output(), /console half/, 'the handler did not run');
    await api.close();
  });
}

for (const status of [202, 204, 301, 404, 502]) {
  t.test(`/next answered ${status} ends the process non-zero`, async (t) => {
    // All else is as it should be: only the status says that this is no invocation.
    const event = invocationReply('id-1', { label: 'wrong' }).toString('latin1');
    const reply =
      status === 204 ? 'HTTP/1.1 204 No Content\r\n\r\n' : event.replace('200 OK', `${status} Status`);
    const api = await startRawApi({ serve: (_request, socket) => void socket.write(reply) });
    const lambda = startLambda(api, { handler: 'log' });
    t.equal(await lambda.exited, 1);
    t.same(api.calls, ['next']);
    t.match(lambda.output(), new RegExp(`/next answered ${status}`));
    t.notMatch(lambda.output(), /console wrong/, 'the handler did not run');
    await api.close();
  });
}

t.test('/next answered 200 without a request id ends the process non-zero', async (t) => {
  const api = await startRawApi({ serve: (_request, socket) => void socket.write(statusReply(200)) });
  const lambda = startLambda(api, { handler: 'echo' });
  t.equal(await lambda.exited, 1);
  t.same(api.calls, ['next']);
  t.match(lambda.output(), /without Lambda-Runtime-Aws-Request-Id/);
  await api.close();
});

t.test('a late and slow answer to /response is waited for: no resend, no poll before it', async (t) => {
  let before: string[] = [];
  const api = await startRawApi({
    serve: oneEvent('x', async (_request, socket) => {
      await sleep(1200);
      before = [...api.calls];
      for (const char of statusReply(202)) {
        socket.write(char);
        await sleep(1);
      }
    }),
  });
  const lambda = startLambda(api, { handler: 'echo' });
  await until(() => api.calls.length === 3, 'the next poll');
  t.same(before, ['next', 'response id-1']);
  t.same(api.calls, ['next', 'response id-1', 'next']);
  await lambda.stop();
  await api.close();
});

t.test('a large response whose socket is reset half-way is not sent again', async (t) => {
  const api = await startRawApi({
    serve: oneEvent({ bytes: 5_000_000 }, () => {}),
    onHead: (call, socket) => {
      if (call !== 'response') return false;
      socket.resetAndDestroy();
      return true;
    },
  });
  const lambda = startLambda(api, { handler: 'size' });
  await until(() => api.calls.length >= 3, 'the next poll');
  await sleep(300);
  t.same(api.calls, ['next', 'response id-1', 'next']);
  t.match(lambda.logs()[0], {
    level: 'ERROR',
    requestId: 'id-1',
    message: /unknown whether the reply arrived/,
  });
  await lambda.stop();
  await api.close();
});

for (const [what, reply] of [
  ['a dropped socket', undefined],
  ['500', statusReply(500)],
  ['403', statusReply(403)],
] as const) {
  t.test(`an unhandled rejection whose /error meets ${what}: told once, then exit 1`, async (t) => {
    const api = await startRawApi({
      serve: oneEvent({ how: 'rejection' }, (_request, socket) => {
        if (reply === undefined) socket.destroy();
        else socket.write(reply);
      }),
    });
    const lambda = startLambda(api, { handler: 'crash' });
    t.equal(await lambda.exited, 1);
    t.same(api.calls, ['next', 'error id-1']);
    await api.close();
  });
}

t.test('an unhandled rejection whose /error is never answered: the process ends all the same', async (t) => {
  const api = await startRawApi({ serve: oneEvent({ how: 'rejection' }, () => {}) });
  const lambda = startLambda(api, { handler: 'crash' });
  t.equal(await lambda.exited, 1);
  t.same(api.calls, ['next', 'error id-1']);
  await api.close();
});

for (const action of [500, 502, 503] as const) {
  t.test(`/error answered ${action} ends the process, not answered twice`, async (t) => {
    const api = await startRawApi({
      serve: oneEvent({ how: 'error' }, (_request, socket) => void socket.write(statusReply(action))),
    });
    const lambda = startLambda(api, { handler: 'throw' });
    t.equal(await lambda.exited, 1);
    t.same(api.calls, ['next', 'error id-1']);
    await api.close();
  });
}

t.test('SIGTERM while a large response is on its way: it arrives whole, exit 0', async (t) => {
  let whole = 0;
  let stop = () => {};
  const api = await startRawApi({
    serve: oneEvent({ bytes: 5_000_000 }, ({ body }, socket) => {
      whole = body.length;
      socket.write(statusReply(202));
    }),
    onHead: (call, socket) => {
      if (call !== 'response') return false;
      // The rest stays in the process until we read on.
      socket.pause();
      stop();
      setTimeout(() => socket.resume(), 50);
      return false;
    },
  });
  const lambda = startLambda(api, { handler: 'size' });
  stop = () => lambda.child.kill('SIGTERM');
  t.equal(await lambda.exited, 0);
  t.equal(whole, 5_000_000 + '""'.length);
  t.same(lambda.logs(), [], 'nothing went wrong');
  t.same(api.calls, ['next', 'response id-1']);
  await api.close();
});

t.test('a crash while the answer to a response is awaited: nothing is answered twice, exit 1', async (t) => {
  const api = await startRawApi({
    serve: oneEvent({ how: 'after' }, async (_request, socket) => {
      await sleep(400);
      socket.write(statusReply(202));
    }),
  });
  const lambda = startLambda(api, { handler: 'crash' });
  t.equal(await lambda.exited, 1);
  t.same(api.calls, ['next', 'response id-1'], 'no /error after the response');
  t.match(lambda.logs().at(-1), { level: 'FATAL', error: { message: 'while idle' }, underWay: ['id-1'] });
  await api.close();
});
