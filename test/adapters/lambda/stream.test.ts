import t from 'tap';
import {
  type FakeOptions,
  type FakeRuntimeApi,
  type Outcome,
  startFakeRuntimeApi,
} from '../../support/fake-runtime-api.ts';
import { type LambdaProcess, startLambda } from '../../support/lambda-process.ts';

type Work = (api: FakeRuntimeApi, lambda: LambdaProcess) => Promise<void>;

async function withLambda(handler: string, fake: FakeOptions, work: Work): Promise<void> {
  const api = await startFakeRuntimeApi(fake);
  const lambda = startLambda(api, { handler, env: { AMPHI_INVOKE_MODE: 'RESPONSE_STREAM' } });
  try {
    await work(api, lambda);
  } finally {
    await lambda.stop();
    await api.close();
  }
}

const requestTo = (path: string) => ({
  ...{
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'x.lambda-url.eu-west-1.on.aws' },
  },
  routeKey: '$default',
  requestContext: {
    domainName: 'x.lambda-url.eu-west-1.on.aws',
    http: { method: 'GET', path, sourceIp: '1.2.3.4' },
    stage: '$default',
  },
});

function parts({ body }: Outcome): { prelude: unknown; rest: string } {
  const end = body.indexOf(Buffer.alloc(8));
  return { prelude: JSON.parse(body.subarray(0, end).toString()), rest: body.subarray(end + 8).toString() };
}

for (const closeAfterStream of [false, true]) {
  t.test(`HTTP, connection ${closeAfterStream ? 'closed' : 'kept'} after a stream`, async (t) => {
    await withLambda('http', { closeAfterStream }, async (api) => {
      const stream = await api.invoke(requestTo('/stream'));
      t.match(stream.headers, {
        'lambda-runtime-function-response-mode': 'streaming',
        'content-type': 'application/vnd.awslambda.http-integration-response',
        'transfer-encoding': 'chunked',
        trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
      });
      t.same(parts(stream), {
        prelude: { statusCode: 200, headers: { 'content-type': 'text/plain' }, cookies: ['a=1', 'b=2'] },
        rest: 'one two three',
      });
      t.same(stream.trailers, {});
      const whole = parts(await api.invoke(requestTo('/hello')));
      t.match(whole, { prelude: { statusCode: 200 }, rest: 'hello' });
      const empty = parts(await api.invoke(requestTo('/empty')));
      t.match(empty, { prelude: { statusCode: 204 }, rest: '' });
      await api.until(() => api.parked === 1);
      t.equal(api.connections, closeAfterStream ? 4 : 1);
      t.same(api.strayAnswers, []);
    });
  });
}

t.test('an error in the middle of a body is in the trailers', async (t) => {
  await withLambda('http', {}, async (api, lambda) => {
    const broken = await api.invoke(requestTo('/breaks'));
    t.equal(broken.cut, false);
    t.equal(parts(broken).rest, 'begin');
    t.equal(broken.trailers['lambda-runtime-function-error-type'], 'RangeError');
    const body = Buffer.from(broken.trailers['lambda-runtime-function-error-body']!, 'base64');
    t.match(JSON.parse(body.toString()), { errorType: 'RangeError', errorMessage: 'broken in the middle é' });
    t.equal(parts(await api.invoke(requestTo('/hello'))).rest, 'hello');
    t.match(lambda.logs()[0], { level: 'ERROR', requestId: broken.requestId });
  });
});

t.test('a function that returns a stream', async (t) => {
  await withLambda('chunks', {}, async (api) => {
    const plain = await api.invoke({ pieces: ['a', '', 'é', 'b'.repeat(200_000)] });
    t.equal(plain.headers['content-type'], 'application/octet-stream');
    t.equal(plain.body.toString(), `aé${'b'.repeat(200_000)}`);
    const typed = await api.invoke({ pieces: ['a'], type: 'text/event-stream' });
    t.equal(typed.headers['content-type'], 'text/event-stream');
    t.equal((await api.invoke({ pieces: [] })).body.length, 0);
  });
});

t.test('a stream that fails before its first piece is a plain error', async (t) => {
  await withLambda('chunks', {}, async (api) => {
    const early = await api.invoke({ pieces: [], fail: true });
    t.equal(early.kind, 'error');
    t.match(JSON.parse(early.body.toString()), { errorType: 'RangeError' });
    const mistyped = await api.invoke({ pieces: [5] });
    t.match(JSON.parse(mistyped.body.toString()), {
      errorType: 'TypeError',
      errorMessage: /text or bytes, not number/,
    });
    const later = await api.invoke({ pieces: ['ok', null] });
    t.equal(later.trailers['lambda-runtime-function-error-type'], 'TypeError');
  });
});

for (const action of ['drop-before', 'refuse-early'] as const) {
  t.test(`a stream whose reply meets ${action} is released, and the loop goes on`, async (t) => {
    const api = await startFakeRuntimeApi();
    const lambda = startLambda(api, { handler: 'endless' });
    api.fault({ on: 'response', action });
    const outcome = await api.invoke({});
    t.equal(outcome.kind, 'lost');
    await api.until(() => api.calls.filter((call) => call === 'next').length === 2);
    await lambda.stop();
    t.match(lambda.output(), /endless was released/);
    t.same(api.strayAnswers, []);
    await api.close();
  });
}
