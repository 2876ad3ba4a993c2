import t from 'tap';
import { startFor, tailOf, until } from './support.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

t.test('an invocation runs in a process with what Lambda sets', async (t) => {
  const { invoke, output } = await startFor(t, {
    environment: { STAGE: 'dev', AWS_REGION: 'eu-north-1' },
    timeoutMs: 4000,
  });
  const client = { custom: { name: 'é😀', del: '\x7f', line: 'a\nb' } };
  const answer = await invoke('where', '{}', {
    'x-amz-client-context': Buffer.from(JSON.stringify(client)).toString('base64'),
    'x-amzn-trace-id': 'Root=1-5-7',
    'x-amz-tenant-id': 'blue',
  });
  t.equal(answer.status, 200);
  t.equal(answer.functionError, null);
  t.equal(answer.headers.get('x-amz-executed-version'), '$LATEST');
  t.equal(answer.headers.get('x-amz-log-result'), null, 'no log unless asked for');
  t.match(answer.requestId, UUID);
  const seen = answer.json;
  t.not(seen.pid, process.pid);
  t.equal(seen.requestId, answer.requestId);
  t.ok(seen.remaining > 3000 && seen.remaining <= 4000, `remaining ${seen.remaining}`);
  t.equal(seen.traceId, 'Root=1-5-7');
  t.match(seen.lambda, {
    invokedFunctionArn: 'arn:aws:lambda:eu-north-1:000000000000:function:where',
    functionVersion: '$LATEST',
    memoryLimitInMB: 256,
    logGroupName: '/aws/lambda/where',
    logStreamName: /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/,
    clientContext: client,
    tenantId: 'blue',
  });
  t.match(seen.env, {
    _HANDLER: 'where',
    AWS_LAMBDA_FUNCTION_NAME: 'where',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_REGION: 'eu-north-1',
    AWS_DEFAULT_REGION: 'eu-north-1',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    STAGE: 'dev',
    TZ: 'UTC',
  });
  t.equal(seen.env.AWS_LAMBDA_MAX_CONCURRENCY, undefined);
  t.match(output(), new RegExp(`START RequestId: ${answer.requestId} Version: \\$LATEST\n`));
  const again = await invoke('where');
  t.equal(again.json.pid, seen.pid, 'the environment is used again');
  t.match(again.json.traceId, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
  t.equal(again.json.lambda.clientContext, undefined);
});

t.test('payloads are not touched', async (t) => {
  const { invoke } = await startFor(t);
  t.strictSame((await invoke('echo')).text, '{}', 'no payload is {}');
  const odd = '{"b": 1.50, "a": "\\u00e9😀", "b": 2}';
  t.strictSame((await invoke('echo', odd)).json, { b: 2, a: 'é😀' });
  t.equal((await invoke('echo', 'null')).text, 'null');
  const large = 'y'.repeat(6 * 1024 * 1024 - 2);
  const answer = await invoke('echo', `"${large}"`);
  t.equal(answer.bytes.length, 6 * 1024 * 1024);
});

t.test('names and ARNs', async (t) => {
  const { invoke } = await startFor(t);
  const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:echo';
  for (const name of ['echo:PROD', 'echo%3A%24LATEST', arn, `${arn}:7`, encodeURIComponent(arn)]) {
    t.equal((await invoke(name, '7')).text, '7', name);
  }
});

t.test('errors of the API', async (t) => {
  const { emulator, invoke, stream } = await startFor(t);
  const long = Buffer.from(JSON.stringify({ a: 'x'.repeat(3000) })).toString('base64');
  const cases = [
    [await invoke('missing', '{}'), 404, 'ResourceNotFoundException', /function:missing$/],
    [await stream('missing', '{}'), 404, 'ResourceNotFoundException', /function:missing$/],
    [await invoke('a!b', '{}'), 400, 'InvalidParameterValueException', /"a!b"/],
    [await invoke('echo', '{bad'), 400, 'InvalidRequestContentException', /json/],
    [
      await invoke('echo', '1', { 'x-amz-invocation-type': 'Later' }),
      400,
      'InvalidParameterValueException',
      /Later/,
    ],
    [
      await stream('echo', '1', { 'x-amz-invocation-type': 'Event' }),
      400,
      'InvalidParameterValueException',
      /Event/,
    ],
    [
      await invoke('echo', '1', { 'x-amz-log-type': 'All' }),
      400,
      'InvalidParameterValueException',
      /x-amz-log-type/,
    ],
    [
      await invoke('echo', '1', { 'x-amz-client-context': '!' }),
      400,
      'InvalidRequestContentException',
      /context/,
    ],
    [
      await invoke('echo', '1', { 'x-amz-client-context': long }),
      400,
      'InvalidRequestContentException',
      /3583/,
    ],
    [
      await invoke('echo', '1', { origin: 'https://evil.example' }),
      403,
      'AccessDeniedException',
      /web pages/,
    ],
    [await invoke('echo', ' '.repeat(6 * 1024 * 1024 + 1)), 413, 'RequestTooLargeException', /6291456/],
    [
      await invoke('echo', ' '.repeat(1024 * 1024 + 1), { 'x-amz-invocation-type': 'Event' }),
      ...([413, 'RequestTooLargeException', /1048576/] as const),
    ],
  ] as const;
  for (const [answer, status, type, message] of cases) {
    t.match([answer.status, answer.headers.get('x-amzn-errortype')], [status, type], type);
    t.match(answer.json.message ?? answer.json.Message, message);
    t.match(answer.requestId, UUID);
  }
  const get = await fetch(`${emulator.url}/2015-03-31/functions/echo/invocations`);
  t.equal(get.status, 404);
  await get.arrayBuffer();
});

t.test('function errors are a 200 with the error as the runtime posted it', async (t) => {
  const { invoke } = await startFor(t);
  const failed = await invoke('fail');
  t.match([failed.status, failed.functionError], [200, 'Unhandled']);
  t.match(failed.json, { errorType: 'RangeError', errorMessage: 'no good', stackTrace: [/^at /] });
  const over = await invoke('size', { bytes: 6_291_556 });
  t.match([over.status, over.functionError], [200, 'Unhandled']);
  t.match(over.json, { errorType: 'Function.ResponseSizeTooLarge' });
  t.equal((await invoke('size', { bytes: 6_291_554 })).bytes.length, 6_291_556);
});

t.test('the log tail', async (t) => {
  const { invoke, output } = await startFor(t);
  const tail = { 'x-amz-log-type': 'Tail' };
  const few = await invoke('log', { lines: 2 }, tail);
  const id = few.requestId;
  const lines = tailOf(few).split('\n');
  t.equal(lines[0], `START RequestId: ${id} Version: $LATEST`);
  t.match(lines[1], new RegExp(`^\\S+\t${id}\tINFO\tline 0 é$`));
  t.match(lines[3], /^no line end/);
  t.match(tailOf(few), new RegExp(`END RequestId: ${id}\nREPORT RequestId: ${id}\tDuration: [\\d.]+ ms`));
  t.match(tailOf(few), /\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\n$/);
  const many = await invoke('log', { lines: 120 }, tail);
  t.equal(Buffer.byteLength(tailOf(many)), 4096);
  t.match(tailOf(many), /line 119 é\n/);
  t.notMatch(tailOf(many), /START|Init Duration/);
  const failed = await invoke('fail', {}, tail);
  t.match(tailOf(failed), /\tStatus: error\tError Type: RangeError\n$/);
  t.match(output(), /no line end\nEND RequestId/, 'platform lines stand on lines of their own');
});

t.test('DryRun runs nothing, Event answers at once', async (t) => {
  const { invoke, output } = await startFor(t);
  const dry = await invoke('echo', '{}', { 'x-amz-invocation-type': 'DryRun' });
  t.match([dry.status, dry.text], [204, '']);
  t.equal(output(), '');
  const event = await invoke('act', { how: 'sleep', ms: 2000 }, { 'x-amz-invocation-type': 'Event' });
  t.match([event.status, event.text], [202, '']);
  t.notMatch(output(), /END/);
  await until(() => output().includes(`END RequestId: ${event.requestId}`), 'the end of the event');
});

t.test('a failed Event is run again with the same request id, then given up', async (t) => {
  const { invoke, output, lines } = await startFor(t);
  const event = await invoke('fail', '{}', { 'x-amz-invocation-type': 'Event' });
  await until(() => lines.some(({ message }) => message === 'Event invocation given up'), 'giving up');
  t.equal(output().split(`START RequestId: ${event.requestId}`).length - 1, 3);
  t.match(lines.at(-1), { level: 'ERROR', requestId: event.requestId, function: 'fail', reason: /no good/ });
});
