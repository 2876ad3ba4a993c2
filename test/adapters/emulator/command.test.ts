import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { nodeCommand } from '../../support/node.ts';
import { findPython } from '../../support/programs.ts';
import { APP, noApp, runCommand, runMain } from '../../support/run-app.ts';
import { AWS_ENV, FIXTURE, isAlive, missing, post, startCommand, until } from './support.ts';

const SOURCE = nodeCommand(FIXTURE);
const pathOf = (name: string) => `/2015-03-31/functions/${name}/invocations`;

t.test('bad flags are refused by name, before anything runs', async (t) => {
  const cases: [args: string[], message: RegExp, code: number][] = [
    [['--port', '70000'], /--port "70000"/, 2],
    [['--timeout', '0'], /--timeout "0": it must be more than 0/, 2],
    [['--timeout', '901'], /--timeout "901"/, 2],
    [['--initTimeout', 'x'], /--initTimeout "x"/, 2],
    [['--memory', '64'], /--memory "64": .* 128 to 10240/, 2],
    [['--concurrency', '0'], /--concurrency "0"/, 2],
    [['--perEnvironment', '1.5'], /--perEnvironment "1.5"/, 2],
    [['--queue', '-1'], /--queue/, 2],
    [['--retries', '11'], /--retries "11"/, 2],
    [['--host', ''], /--host/, 2],
    [['--env', 'NOEQUALS'], /--env "NOEQUALS"/, 2],
    [['--env', 'AWS_LAMBDA_MAX_CONCURRENCY=2'], /AWS_LAMBDA_MAX_CONCURRENCY: .* use --perEnvironment/, 2],
    [['--env', '_HANDLER=x'], /--env _HANDLER: the emulator sets it itself, use --function/, 2],
    [['--function', 'nobody'], /--function "nobody": there is none, use one of http, echo, call, where/, 2],
    [['--fnuction', 'echo'], /fnuction/, 2],
  ];
  for (const [args, message, code] of cases) {
    const port = args[0] === '--port' ? [] : ['--port', '0'];
    const result = await runMain(FIXTURE, ['emulate', ...port, ...args]);
    t.match(result.stderr, message, args.join(' '));
    t.equal(result.code, code, `exit code of ${args.join(' ')}`);
    t.equal(result.stdout, '');
  }
});

t.test('a port in use is one clear line', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await runMain(FIXTURE, ['emulate', '--port', String(port)]);
  t.equal(code, 1);
  t.equal(stderr, `app: cannot listen on port ${port} of host 127.0.0.1: the port is already in use\n`);
});

t.test('--function chooses, and signals end everything in order', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const app = await startCommand(t, SOURCE, ['--function', 'act', '--timeout', '9']);
    const { pid } = (await post(app.url + pathOf('act'), {})).json;
    t.equal((await post(app.url + pathOf('echo'), {})).status, 404);
    const running = post(app.url + pathOf('act'), { ms: 200, id: 'last' });
    await until(() => app.output().split('START').length === 3, 'the start of the last');
    app.child.kill(signal);
    t.match((await running).json, { id: 'last' });
    t.equal(await app.exited, 0, signal);
    t.notOk(isAlive(pid));
    t.equal(await app.errors, '');
  }
});

t.test('no process outlives a killed emulator', async (t) => {
  const app = await startCommand(t, SOURCE, []);
  const { pid } = (await post(app.url + pathOf('act'), {})).json;
  app.child.kill('SIGKILL');
  await app.exited;
  await until(() => !isAlive(pid), 'the end of the function, by its lost Runtime API');
});

t.test('an emulator that crashes takes its processes with it', async (t) => {
  const crash = "process.argv[2] === 'emulate' && process.once('SIGUSR2', () => { throw new Error('boom') })";
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(crash)}`];
  const app = await startCommand(t, [process.execPath, ...flags, FIXTURE], ['--timeout', '60']);
  const { pid } = (await post(app.url + pathOf('act'), {})).json;
  const stuck = post(app.url + pathOf('act'), { how: 'spin', ms: 60_000 }).catch(() => 'cut off');
  await until(() => app.output().split('START').length === 3, 'the start of the last');
  app.child.kill('SIGUSR2');
  t.equal(await app.exited, 1);
  t.match(await app.errors, /boom/);
  t.equal(await stuck, 'cut off');
  await until(() => !isAlive(pid), 'the end of a function that would run on');
});

t.test('a second signal kills at once', async (t) => {
  const app = await startCommand(t, SOURCE, ['--timeout', '60']);
  const { pid } = (await post(app.url + pathOf('act'), {})).json;
  const stuck = post(app.url + pathOf('act'), { how: 'spin', ms: 60_000 }).catch(() => undefined);
  await until(() => app.output().split('START').length === 3, 'the start of the last');
  app.child.kill('SIGTERM');
  await until(() => app.output().includes('"stopping"'), 'the stop');
  app.child.kill('SIGTERM');
  t.equal(await app.exited, 0);
  t.match((await stuck)?.json, { errorType: 'Runtime.ExitError' });
  t.notOk(isAlive(pid));
});

t.test('the AWS CLI', { skip: missing('aws', '--version') }, async (t) => {
  const app = await startCommand(t, SOURCE, ['--env', 'STAGE=cli']);
  const dir = t.testdir({ 'event.json': '{"name":"CLI"}' });
  const out = join(dir, 'out.json');
  const aws = (...args: string[]) =>
    runCommand('aws', ['lambda', 'invoke', '--endpoint-url', app.url, '--output', 'json', ...args, out], {
      env: AWS_ENV,
    });
  const ok = await aws(
    '--function-name',
    'echo',
    '--payload',
    `fileb://${join(dir, 'event.json')}`,
    '--log-type',
    'Tail',
  );
  t.equal(ok.code, 0, ok.stderr);
  const told = JSON.parse(ok.stdout);
  t.match(told, { StatusCode: 200, ExecutedVersion: '$LATEST' });
  t.match(Buffer.from(told.LogResult, 'base64').toString(), /^START RequestId/);
  t.equal(readFileSync(out, 'utf8'), '{"name":"CLI"}');
  await aws('--function-name', 'where');
  t.match(JSON.parse(readFileSync(out, 'utf8')), { env: { STAGE: 'cli' } });
  const failed = await aws('--function-name', 'fail');
  t.match(JSON.parse(failed.stdout), { StatusCode: 200, FunctionError: 'Unhandled' });
  const unknown = await aws('--function-name', 'nobody');
  t.not(unknown.code, 0);
  t.match(unknown.stderr, /ResourceNotFoundException.*function:nobody/s);
});

const BOTO3 = `
import base64, boto3, json, sys
from botocore.config import Config
client = boto3.client('lambda', endpoint_url=sys.argv[1], config=Config(retries={'max_attempts': 1}))
def stream(payload):
    answer = client.invoke_with_response_stream(FunctionName='stream', LogType='Tail', Payload=json.dumps(payload))
    events = list(answer['EventStream'])
    return {'status': answer['StatusCode'], 'version': answer['ExecutedVersion'],
            'chunks': [e['PayloadChunk']['Payload'].decode() for e in events[:-1]],
            'complete': events[-1]['InvokeComplete']}
context = base64.b64encode(b'{"custom": {"k": "v"}}').decode()
plain = client.invoke(FunctionName='where', Payload=b'{}', ClientContext=context)
event = client.invoke(FunctionName='echo', Payload=b'{}', InvocationType='Event')
dry = client.invoke(FunctionName='echo', Payload=b'{}', InvocationType='DryRun')
try:
    client.invoke(FunctionName='nobody')
    missing = 'found'
except client.exceptions.ResourceNotFoundException as error:
    missing = str(error)
print(json.dumps({'plain': json.load(plain['Payload'])['lambda'], 'event': event['StatusCode'], 'dry': dry['StatusCode'],
  'whole': stream({'pieces': ['one', 'two']}), 'broken': stream({'pieces': ['one'], 'end': 'fail'}), 'missing': missing}))
`;

const python = findPython('boto3');
const noBoto = python ? false : 'no Python that can import boto3';

t.test('boto3, with response streams', { skip: noBoto }, async (t) => {
  const app = await startCommand(t, SOURCE, []);
  const { code, stdout, stderr } = await runCommand(python!, ['-c', BOTO3, app.url], { env: AWS_ENV });
  t.equal(code, 0, stderr);
  const told = JSON.parse(stdout);
  t.match(told, {
    plain: { clientContext: { custom: { k: 'v' } } },
    ...{ event: 202, dry: 204, missing: /ResourceNotFoundException/ },
    whole: { status: 200, version: '$LATEST', chunks: ['one', 'two'], complete: { LogResult: /./ } },
    broken: {
      status: 200,
      chunks: ['one'],
      complete: { ErrorCode: 'RangeError', ErrorDetails: /in the middle é/ },
    },
  });
  t.equal(told.whole.complete.ErrorCode, undefined);
});

t.test('the built executable starts itself', { skip: noApp }, async (t) => {
  const app = await startCommand(t, [APP], ['--concurrency', '3']);
  const answers = await Promise.all(
    ['Ada', 'Bo', 'Cy'].map((name) => post(app.url + pathOf('hello'), { name })),
  );
  t.strictSame(
    answers.map(({ json }) => json.message),
    ['Ada', 'Bo', 'Cy'].map((name) => `Hello ${name} from Omega!`),
  );
  t.ok(answers.every(({ json, requestId }) => json.requestId === requestId));
  app.child.kill('SIGTERM');
  t.equal(await app.exited, 0);
});
