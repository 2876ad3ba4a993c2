import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { HttpServerOptions } from '../../../src/adapters/http/index.ts';
import type { Registry } from '../../../src/core/index.ts';
import { type Answer, send, startFor, until } from './support.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:hello';

const pathOf = (name: string) => `/2015-03-31/functions/${name}/invocations`;

const functions = (registry: Registry) =>
  registry
    .function('hello', (event: { name?: string }, context) => ({
      message: `Hello ${event.name ?? 'world'}`,
      id: context.requestId,
    }))
    .function('describe', (event, context) => ({
      event,
      name: context.functionName,
      raw: context.event,
      trace: context.traceId,
      lambda: context.lambda,
    }))
    .function('nothing', () => undefined)
    .function('fail', () => {
      throw new TypeError('no such thing');
    })
    .function('big', (event: { size: number }) => 'x'.repeat(event.size))
    .function('cycle', () => {
      const value: Record<string, unknown> = {};
      value.self = value;
      return value;
    })
    .function('talk', (event: { lines: number }, context) => {
      for (let i = 0; i < event.lines; i++) context.logger.info(`line ${i}`);
    });

async function ready(t: Test, extra: Partial<HttpServerOptions> = {}, more?: (registry: Registry) => void) {
  const register = (registry: Registry) => {
    functions(registry);
    more?.(registry);
  };
  const { server, lines } = await startFor(t, register, extra);
  const invoke = (
    name: string,
    body?: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Answer> => send(server.url, pathOf(name), { method: 'POST', body, headers });
  return { server, lines, invoke };
}

t.test('an invocation gives the result and the headers of the real API', async (t) => {
  const { invoke } = await ready(t);
  const answer = await invoke('hello', '{"name":"Ada"}');
  t.match(answer, {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amz-executed-version': '$LATEST',
      'x-amzn-requestid': UUID,
    },
  });
  t.strictSame(JSON.parse(answer.text), { message: 'Hello Ada', id: answer.headers['x-amzn-requestid'] });
  for (const name of ['x-amz-function-error', 'x-amz-log-result']) t.equal(answer.headers[name], undefined);
  t.match(await invoke('nothing'), { status: 200, text: 'null' });
});

t.test('names, qualifiers and ARNs, encoded or not', async (t) => {
  const { server, invoke } = await ready(t);
  const names = ['hello', 'hello:PROD', 'hello:$LATEST', ARN, `${ARN}:7`, '123456789012:function:hello'];
  for (const name of names) {
    t.match(await invoke(name), { status: 200, text: /Hello world/ }, name);
    t.match(await invoke(encodeURIComponent(name)), { status: 200, text: /Hello world/ }, `${name} encoded`);
  }
  t.match(await send(server.url, `${pathOf('hello')}?Qualifier=PROD`, { method: 'POST' }), { status: 200 });
});

t.test('context and event', async (t) => {
  const { invoke } = await ready(t);
  const client = Buffer.from('{"custom":{"a":1}}').toString('base64');
  const headers = {
    'x-amz-client-context': client,
    'x-amzn-trace-id': 'Root=1-2',
    'x-amz-tenant-id': 'blue',
  };
  t.match(JSON.parse((await invoke('describe', '[1]', headers)).text), {
    event: [1],
    raw: [1],
    name: 'describe',
    trace: 'Root=1-2',
    lambda: {
      clientContext: { custom: { a: 1 } },
      tenantId: 'blue',
      functionVersion: '$LATEST',
      invokedFunctionArn: /^arn:aws:lambda:[a-z0-9-]+:000000000000:function:describe$/,
    },
  });
  t.strictSame(JSON.parse((await invoke('describe')).text).event, {}, 'an empty payload is {}');
});

t.test('errors of the API have the shape of the service model', async (t) => {
  const { invoke } = await ready(t);
  const cases = [
    [await invoke('hello', '{bad'), 400, 'InvalidRequestContentException', 'message'],
    [await invoke('missing', '{}'), 404, 'ResourceNotFoundException', 'Message'],
    [await invoke('a b!'.replace(' ', '%20')), 400, 'InvalidParameterValueException', 'message'],
    [
      await invoke('hello', '{}', { 'x-amz-invocation-type': 'Later' }),
      400,
      'InvalidParameterValueException',
      'message',
    ],
    [
      await invoke('hello', '{}', { 'x-amz-client-context': '!' }),
      400,
      'InvalidRequestContentException',
      'message',
    ],
    [await invoke('hello', Buffer.alloc(6_291_457, 32)), 413, 'RequestTooLargeException', 'message'],
  ] as const;
  for (const [answer, status, type, member] of cases) {
    t.match(
      answer,
      { status, headers: { 'x-amzn-errortype': type, 'content-type': 'application/json' } },
      type,
    );
    t.match(JSON.parse(answer.text), { Type: 'User', [member]: /./ });
  }
});

t.test('a function that fails is a 200 with a function error', async (t) => {
  const { invoke, lines } = await ready(t);
  const failed = await invoke('fail');
  t.match(failed, { status: 200, headers: { 'x-amz-function-error': 'Unhandled' } });
  t.match(JSON.parse(failed.text), {
    errorType: 'TypeError',
    errorMessage: 'no such thing',
    stackTrace: [/^at /],
  });
  t.match(lines, [
    { level: 'ERROR', message: 'function failed', function: 'fail', error: { name: 'TypeError' } },
  ]);
  const cycle = await invoke('cycle');
  t.match(cycle, {
    status: 200,
    headers: { 'x-amz-function-error': 'Unhandled' },
    text: /Runtime\.MarshalError.*\.self: a circle/,
  });
});

t.test('a response may have 6,291,556 bytes and no more', async (t) => {
  const { invoke } = await ready(t);
  const fits = await invoke('big', '{"size":6291554}');
  t.equal(fits.headers['x-amz-function-error'], undefined);
  t.equal(fits.text.length, 6_291_556);
  const over = await invoke('big', '{"size":6291555}');
  t.equal(over.headers['x-amz-function-error'], 'Unhandled');
  t.match(JSON.parse(over.text), {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: /6291556 bytes/,
  });
});

t.test('the log tail comes only when asked for, and is that of one invocation', async (t) => {
  const { invoke, lines } = await ready(t);
  const [asked, other] = await Promise.all([
    invoke('talk', '{"lines":200}', { 'x-amz-log-type': 'Tail' }),
    invoke('talk', '{"lines":1}'),
  ]);
  t.equal(other.headers['x-amz-log-result'], undefined);
  const log = Buffer.from(String(asked.headers['x-amz-log-result']), 'base64').toString();
  t.ok(log.length <= 4096 && log.length > 3500);
  const id = asked.headers['x-amzn-requestid'];
  const last = log
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line));
  t.ok(last.every((line) => line.requestId === id));
  t.equal(last.at(-1).message, 'line 199');
  t.equal(lines.length, 201, 'the log of the server has every line');
});

t.test('a function that takes too long is a function error', async (t) => {
  const late = (registry: Registry) => registry.function('late', () => sleep(200));
  const { invoke } = await ready(t, { requestTimeoutMs: 50 }, late);
  const answer = await invoke('late');
  t.equal(answer.headers['x-amz-function-error'], 'Unhandled');
  t.match(JSON.parse(answer.text), {
    errorType: 'Sandbox.Timedout',
    errorMessage: /timed out after 0\.05 seconds/,
  });
});

t.test('DryRun runs nothing; Event answers at once, runs on, and a drain waits for it', async (t) => {
  let runs = 0;
  let ended = false;
  const { server, invoke } = await ready(t, { drainTimeoutMs: 4_000 }, (registry) =>
    registry.function('work', async () => {
      runs++;
      await sleep(200);
      ended = true;
    }),
  );
  t.match(await invoke('work', '{}', { 'x-amz-invocation-type': 'DryRun' }), { status: 204, text: '' });
  t.equal(runs, 0);
  t.match(await invoke('nope', '{}', { 'x-amz-invocation-type': 'DryRun' }), { status: 404 });
  t.match(await invoke('work', '{}', { 'x-amz-invocation-type': 'Event' }), { status: 202, text: '' });
  t.strictSame([runs, ended], [1, false]);
  await server.close();
  t.ok(ended);
});

t.test('a failed Event invocation is logged', async (t) => {
  const { invoke, lines } = await ready(t);
  t.match(await invoke('fail', '{}', { 'x-amz-invocation-type': 'Event' }), { status: 202 });
  await until(() => lines.length > 0, 'the log line');
  t.match(lines, [{ message: 'function failed', function: 'fail' }]);
});

t.test('the path goes before the routes; other methods are the routes', async (t) => {
  const { server, invoke } = await ready(t, {}, (registry) => registry.all('/*', () => 'route'));
  t.match(await invoke('hello'), { text: /Hello world/ });
  t.match(await send(server.url, pathOf('hello')), { text: 'route' });
});

t.test('who may invoke', async (t) => {
  const refused = { status: 404, text: /ROUTE_NOT_FOUND/ };
  const off = await ready(t, { invokeApi: 'off' });
  t.match(await off.invoke('hello'), refused);

  const loopback = await ready(t, { trustProxy: ['127.0.0.1'] });
  t.match(
    await loopback.invoke('hello', '{}', { 'x-forwarded-for': '127.0.0.1' }),
    refused,
    'through a proxy',
  );
  t.match(
    await loopback.invoke('hello', '{}', { origin: 'https://evil.example' }),
    refused,
    'from a web page',
  );

  const outer = Object.values(networkInterfaces())
    .flat()
    .find((it) => it?.family === 'IPv4' && !it.internal);
  const skip = outer ? false : 'this machine has no address but loopback';
  await t.test('from another address', { skip }, async (t) => {
    for (const [invokeApi, expected] of [
      ['loopback', refused],
      ['all', { status: 200, text: /Hello world/ }],
    ] as const) {
      const { server } = await ready(t, { invokeApi, host: '0.0.0.0' });
      const url = `http://${outer!.address}:${server.port}`;
      t.match(await send(url, pathOf('hello'), { method: 'POST' }), expected, invokeApi);
    }
  });
});

const hasAws = spawnSync('aws', ['--version']).status === 0;

t.test('the AWS CLI', { skip: hasAws ? false : 'the aws CLI is not on PATH' }, async (t) => {
  const { server } = await ready(t);
  const dir = t.testdir({ 'event.json': '{"name":"CLI"}' });
  const out = join(dir, 'out.json');
  const aws = async (...args: string[]) => {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_REGION: 'us-east-1',
    };
    const all = ['lambda', 'invoke', '--endpoint-url', server.url, '--output', 'json', ...args, out];
    const child = spawn('aws', all, {
      env: { ...env, AWS_DEFAULT_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true' },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        text += chunk;
      });
    const [code] = await once(child, 'close');
    return { code, text };
  };
  // As a binary file: what a plain argument means differs between versions 1 and 2.
  const payload = `fileb://${join(dir, 'event.json')}`;
  const ok = await aws('--function-name', ARN, '--payload', payload, '--log-type', 'Tail');
  t.equal(ok.code, 0, ok.text);
  t.match(JSON.parse(ok.text), { StatusCode: 200, ExecutedVersion: '$LATEST' });
  t.match(JSON.parse(readFileSync(out, 'utf8')), { message: 'Hello CLI' });
  const failed = await aws('--function-name', 'fail');
  t.match(JSON.parse(failed.text), { StatusCode: 200, FunctionError: 'Unhandled' });
  t.match(JSON.parse(readFileSync(out, 'utf8')), { errorMessage: 'no such thing' });
  const missing = await aws('--function-name', 'missing');
  t.not(missing.code, 0);
  t.match(missing.text, /ResourceNotFoundException.*Function not found: arn:aws:lambda:.*:missing/s);
});

t.test('loopback only: a Host of another name or any mark of a proxy is refused', async (t) => {
  const { server } = await startFor(t, (registry) => registry.function('hello', () => 'hi'));
  const path = '/2015-03-31/functions/hello/invocations';
  const post = (headers: Record<string, string>) => send(server.url, path, { method: 'POST', headers });
  t.equal((await post({})).status, 200);
  for (const host of ['localhost', 'localhost:9999', '[::1]:1'])
    t.equal((await post({ host })).status, 200, host);
  for (const [name, value] of [
    ['host', 'api.example.test'],
    ['host', 'localhost.evil.test'],
    ['x-real-ip', '203.0.113.9'],
    ['x-forwarded-proto', 'https'],
    ['x-forwarded-host', 'a'],
    ['forwarded', 'for=203.0.113.9'],
    ['via', '1.1 nginx'],
    ['cf-connecting-ip', '203.0.113.9'],
    ['true-client-ip', '203.0.113.9'],
    ['origin', 'https://evil.test'],
  ] as const) {
    t.equal((await post({ [name]: value })).status, 404, `${name}: ${value}`);
  }
});

t.test('token: by bearer or as the access key id that SDKs sign with', async (t) => {
  const invokeToken = 'tok-0123456789abcdef';
  const { server } = await startFor(t, (registry) => registry.function('hello', () => 'hi'), {
    invokeApi: 'token',
    invokeToken,
  });
  const path = '/2015-03-31/functions/hello/invocations';
  const post = async (authorization?: string) =>
    (await send(server.url, path, { method: 'POST', headers: authorization ? { authorization } : {} }))
      .status;
  const signed = (id: string) =>
    `AWS4-HMAC-SHA256 Credential=${id}/20261126/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=0`;
  t.equal(await post(`Bearer ${invokeToken}`), 200);
  t.equal(await post(signed(invokeToken)), 200);
  for (const wrong of [undefined, 'Bearer x', 'Bearer', signed('AKIA'), invokeToken, `Basic ${invokeToken}`])
    t.equal(await post(wrong), 404, String(wrong));
  await t.rejects(
    startFor(t, () => {}, { invokeApi: 'token' }),
    { name: 'ConfigError', message: /invokeToken/ },
  );
  await t.rejects(
    startFor(t, () => {}, { invokeApi: 'token', invokeToken: 'short' }),
    { message: /invokeToken/ },
  );
});
