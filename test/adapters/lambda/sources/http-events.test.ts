import t from 'tap';
import { invokeHttp, streamHttp } from '../../../../src/adapters/lambda/sources/http/invoke.ts';
import { collect, createRegistry, HttpError, reply } from '../../../../src/core/index.ts';
import { ALL, alb, albMulti, functionUrl, latticeV1, latticeV2, testContext, v1, v2 } from './support.ts';

const OPTIONS = { basePath: '' };

const service = createRegistry({ name: 'test' })
  .get('/x', () => 'sync')
  .get('/async', async () => 'async')
  .get('/cookies', () => reply('x', { status: 201, cookies: ['a=1', 'b=2'] }))
  .get('/stream', () => chunks())
  .get('/none', () => undefined)
  .post('/small', { bodyLimit: 4 }, (request) => request.text())
  .get('/teapot', () => {
    throw new HttpError(418, 'TEAPOT', 'short and stout');
  })
  .freeze();

async function* chunks() {
  yield 'a';
  yield new Uint8Array([0xff]);
}

const invoke = (event: unknown) => invokeHttp(service, event, testContext().context, OPTIONS);

t.test('the path stays synchronous while the handler is', async (t) => {
  for (const [name, make] of Object.entries(ALL)) {
    const result = invoke(make());
    t.match(result, { statusCode: 200, body: 'sync' }, name);
  }
  const promised = invoke(v2({ rawPath: '/async' }));
  t.ok(promised instanceof Promise);
  t.match(await promised, { statusCode: 200, body: 'async' });
});

t.test('404, 405 and a bad escape are answered in the shape of the source', async (t) => {
  t.match(invoke(v2({ rawPath: '/nowhere' })), { statusCode: 404, isBase64Encoded: false });
  const wrong = invoke(albMulti({ httpMethod: 'DELETE' }));
  t.match(wrong, { statusCode: 405, multiValueHeaders: { allow: ['GET, HEAD, OPTIONS'] } });
  t.match(invoke(alb({ path: '/100%' })), { statusCode: 400, statusDescription: '400 Bad Request' });
  t.match(invoke(v1({ path: '/teapot' })), { statusCode: 418 });
});

t.test('a route keeps its body limit', async (t) => {
  const post = { http: { method: 'POST' }, rawPath: '/small' };
  t.match(await invoke(v2({ ...post, body: '1234' })), { statusCode: 200, body: '1234' });
  const large = (await invoke(v2({ ...post, body: '12345' }))) as { statusCode: number; body: string };
  t.equal(large.statusCode, 413);
  t.equal(JSON.parse(large.body).code, 'PAYLOAD_TOO_LARGE');
  const base64 = Buffer.from('1234').toString('base64');
  t.match(
    await invoke(v2({ ...post, body: base64, isBase64Encoded: true })),
    { statusCode: 200 },
    'bytes count',
  );
});

t.test('any other event is an error that says what was seen', async (t) => {
  const cases: [unknown, string][] = [
    [{ Records: [{ eventSource: 'aws:sqs' }] }, 'The HTTP routes take no sqs event.'],
    [{ requestContext: { connectionId: 'c' } }, 'The HTTP routes take no apigateway-websocket event.'],
    [{ a: 1, b: 2 }, 'The HTTP routes take no event of unknown source (its keys: a, b).'],
    [{}, 'The HTTP routes take no event of unknown source (its keys: none).'],
    [null, 'The HTTP routes take no null event.'],
    ['x', 'The HTTP routes take no string event.'],
    [
      v2({ raw_path: '/', method: 'GET' }),
      'The event has the marks of both apigateway-v2 and vpc-lattice-v1',
    ],
    [
      { messageVersion: '1.0', agent: {}, apiPath: '/', httpMethod: 'GET' },
      'The HTTP routes take no bedrock-agent event.',
    ],
  ];
  for (const [event, message] of cases) {
    t.throws(() => invoke(event), { code: 'UNSUPPORTED_EVENT', status: 400 });
    await t.rejects(streamHttp(service, event, testContext().context, OPTIONS), {
      code: 'UNSUPPORTED_EVENT',
    });
    try {
      invoke(event);
    } catch (error) {
      t.ok((error as Error).message.startsWith(message), (error as Error).message);
    }
  }
});

t.test('streamHttp gives the prelude and hands the body on as it is', async (t) => {
  const stream = (event: unknown) => streamHttp(service, event, testContext().context, OPTIONS);
  for (const event of [functionUrl({ rawPath: '/stream' }), v1({ path: '/stream' })]) {
    const { prelude, body } = await stream(event);
    t.same(prelude, { statusCode: 200, headers: { 'content-type': 'application/octet-stream' } });
    t.same(Buffer.from(await collect(body as AsyncIterable<string>)), Buffer.from([0x61, 0xff]));
  }
  const cookies = await stream(functionUrl({ rawPath: '/cookies' }));
  t.match(cookies, { prelude: { statusCode: 201, cookies: ['a=1', 'b=2'] }, body: 'x' });
  const none = await stream(functionUrl({ rawPath: '/none' }));
  t.same(none, { prelude: { statusCode: 204, headers: {} }, body: undefined });
  const missing = await stream(functionUrl({ rawPath: '/nowhere' }));
  t.equal(missing.prelude.statusCode, 404);
});

t.test('a source that cannot stream is refused by name', async (t) => {
  for (const [name, event] of [
    ['alb', alb()],
    ['vpc-lattice-v1', latticeV1()],
    ['vpc-lattice-v2', latticeV2()],
  ] as const)
    await t.rejects(streamHttp(service, event, testContext().context, OPTIONS), {
      code: 'UNSUPPORTED_EVENT',
      message: `A response to ${name} cannot be streamed.`,
    });
});
