import t from 'tap';
import { startFakeRuntimeApi } from '../../support/fake-runtime-api.ts';
import { startLambda } from '../../support/lambda-process.ts';

interface Case {
  readonly name: string;
  readonly handler?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly type: RegExp;
  readonly message: RegExp;
}

const FAILING: readonly Case[] = [
  { name: 'unknown', handler: 'nobody', type: /HandlerNotFound/, message: /"nobody".*http, echo, context/ },
  { name: 'throw', env: { TEST_INIT: 'throw' }, type: /^SyntaxError$/, message: /^cannot load/ },
  { name: 'rejection', env: { TEST_INIT: 'reject' }, type: /^Error$/, message: /^stray in init$/ },
  {
    name: 'concurrency',
    env: { AWS_LAMBDA_MAX_CONCURRENCY: 'many' },
    type: /^ConfigError$/,
    message: /AWS_LAMBDA_MAX_CONCURRENCY.*"many"/,
  },
  { name: 'mode', env: { AMPHI_INVOKE_MODE: 'x' }, type: /^ConfigError$/, message: /AMPHI_INVOKE_MODE.*"x"/ },
  {
    name: 'base path',
    handler: 'http',
    env: { AMPHI_BASE_PATH: 'no-slash' },
    type: /^ConfigError$/,
    message: /AMPHI_BASE_PATH/,
  },
];

for (const { name, type, message, ...options } of FAILING) {
  t.test(`init error: ${name}`, async (t) => {
    const api = await startFakeRuntimeApi();
    const lambda = startLambda(api, options);
    t.equal(await lambda.exited, 1);
    t.same(api.calls, ['init'], 'told once, and no /next');
    const [error] = api.initErrors;
    t.match(error?.headers['lambda-runtime-function-error-type'], type);
    const { errorType, errorMessage, stackTrace } = JSON.parse(String(error?.body));
    t.match(errorType, type);
    t.match(errorMessage, message);
    t.ok(Array.isArray(stackTrace));
    t.match(lambda.logs(), [{ level: 'FATAL', error: { message } }]);
    await api.close();
  });
}

t.test('process.exit while loading is told to the log and exits non-zero', async (t) => {
  const api = await startFakeRuntimeApi();
  const lambda = startLambda(api, { env: { TEST_INIT: 'exit' } });
  t.equal(await lambda.exited, 1);
  t.match(lambda.logs(), [{ level: 'FATAL', message: /code 0 while the function started/ }]);
  await api.close();
});

t.test('an init error that cannot be told still ends the process', async (t) => {
  const api = await startFakeRuntimeApi();
  api.fault({ on: 'init', action: 'drop-before' });
  const lambda = startLambda(api, { handler: 'nobody' });
  t.equal(await lambda.exited, 1);
  t.match(lambda.output(), /init\/error could not be told/);
  await api.close();
});

for (const address of ['', 'host:99999', 'a b:1', '::1:9001', 'http://host:1']) {
  t.test(`AWS_LAMBDA_RUNTIME_API ${JSON.stringify(address)} is refused`, async (t) => {
    const api = await startFakeRuntimeApi();
    const lambda = startLambda(api, { address });
    t.equal(await lambda.exited, 1);
    t.match(lambda.output(), /AWS_LAMBDA_RUNTIME_API must be host:port/);
    await api.close();
  });
}

for (const handler of [undefined, '', 'bootstrap', 'index.handler', 'http']) {
  t.test(`_HANDLER ${handler} is the routes`, async (t) => {
    const api = await startFakeRuntimeApi();
    const lambda = startLambda(api, handler === undefined ? {} : { handler });
    const outcome = await api.invoke({
      ...{
        version: '2.0',
        rawPath: '/hello',
        rawQueryString: '',
        headers: { host: 'h' },
        routeKey: '$default',
      },
      requestContext: { http: { method: 'GET', path: '/hello', sourceIp: '1.2.3.4' }, stage: '$default' },
    });
    t.match(JSON.parse(outcome.body.toString()), { statusCode: 200, body: 'hello' });
    await lambda.stop();
    await api.close();
  });
}
