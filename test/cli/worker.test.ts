import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { SqsStandIn } from '../../scripts/bench/sqs-stand-in.ts';
import { APP, noApp, runMain, SAMPLE_MAIN } from '../support/run-app.ts';

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const ARN = 'arn:aws:sqs:us-east-1:000000000000:hello';
const oneLine = /^app: [^\n]+\n$/;

t.test('bad flags give one line and exit code 2', async (t) => {
  const cases: [args: string[], message: RegExp][] = [
    [[], /worker: no handler has a queue: set AMPHI_QUEUES, as the template does, or --queue HANDLER=ARN/],
    [['hello'], /worker: hello has no queue: neither AMPHI_QUEUES nor --queue names one/],
    [['--queue', 'hello'], /--queue "hello": it must be HANDLER=ARN/],
    [
      ['--queue', `hello=${ARN}`, '--concurrency', '0'],
      /--concurrency "0": it must be a whole number from 1/,
    ],
    [['--queue', `hello=${ARN}`, '--waitTime', '21'], /--waitTime "21": .* from 0 to 20/],
    [['--queue', `hello=${ARN}`, '--visibilityTimeout', '1'], /--visibilityTimeout "1"/],
    [
      ['--queue', `hello=${ARN}`, '--endpointUrl', 'here'],
      /--endpointUrl "here": it must be an http or https URL/,
    ],
    [['--queue', `hello=${ARN}`, '--timeout', 'x'], /--timeout "x"/],
    [['--queue'], /--queue: needs a value/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await runMain(SAMPLE_MAIN, ['worker', ...args]);
    t.equal(code, 2, args.join(' '));
    t.match(stderr, message);
    t.match(stderr, oneLine);
    t.equal(stdout, '');
  }
});

t.test('what only a look tells is one line and exit code 1', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const { port } = taken.address() as { port: number };
  const cases: [args: string[], env: Record<string, string>, message: RegExp][] = [
    [['--queue', `hallo=${ARN}`], {}, /worker: there is no function "hallo", use one of: hello, nightly/],
    [['--queue', 'hello=orders'], {}, /queue of hello: "orders" is not the ARN of an SQS queue/],
    [[], { AMPHI_QUEUES: '[1]' }, /AMPHI_QUEUES "\[1\]": it must be a JSON object/],
    [['--queue', `hello=${ARN}`, '--healthPort', String(port)], {}, new RegExp(`port ${port} .*in use`)],
  ];
  for (const [args, env, message] of cases) {
    const all = ['worker', ...args, '--endpointUrl', 'http://127.0.0.1:9', '--waitTime', '0'];
    const { code, stderr } = await runMain(SAMPLE_MAIN, all, { env: { ...CREDENTIALS, ...env } });
    t.equal(code, 1, args.join(' '));
    t.match(stderr, message);
    t.match(stderr, oneLine);
  }
});

/** The executable's worker for the sample's `hello`, and its log. */
function start(t: Test, sqs: SqsStandIn, queueArn: string, ...more: string[]) {
  const args = ['worker', '--waitTime', '1', '--healthPort', '0', '--endpointUrl', sqs.endpoint, ...more];
  const env = { ...CREDENTIALS, AMPHI_QUEUES: JSON.stringify({ hello: queueArn }) };
  const child: ChildProcess = spawn(APP, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const log: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => log.push(JSON.parse(line)));
  return { child, log };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function standIn(t: Test): Promise<SqsStandIn> {
  const sqs = new SqsStandIn();
  await sqs.listen();
  t.teardown(() => sqs.close());
  return sqs;
}

t.test('the executable works off its queue and drains on SIGTERM', { skip: noApp }, async (t) => {
  const sqs = await standIn(t);
  const queue = sqs.queue('hello');
  for (let n = 0; n < 50; n++) queue.send('{"name":"Ada"}');
  const { child, log } = start(t, sqs, queue.arn);
  await until(() => queue.deleted === 50);
  const { healthPort } = log.find(({ message }) => message === 'working') as { healthPort: number };
  const counts = await (await fetch(`http://127.0.0.1:${healthPort}/_amphi/counts`)).json();
  t.match(counts, { hello: { received: 50, succeeded: 50 } });
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  t.same(await exited, [0, null]);
  t.match(log.at(-1), { message: 'stopped', clean: true, counts: { hello: { deleted: 50, running: 0 } } });
});

t.test('SIGTERM before it works is a clean end too', { skip: noApp }, async (t) => {
  const sqs = await standIn(t);
  const { child, log } = start(t, sqs, sqs.queue('hello').arn);
  await until(() => log.length > 0);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  t.same(await exited, [0, null]);
});

t.test('a queue that is not there: it says so, and tries again', { skip: noApp }, async (t) => {
  const sqs = await standIn(t);
  const { child, log } = start(t, sqs, 'arn:aws:sqs:us-east-1:000000000000:later');
  await until(() => log.some(({ message }) => message === 'messages could not be received'));
  const line = log.find(({ message }) => message === 'messages could not be received');
  t.match(line, {
    level: 'ERROR',
    function: 'hello',
    queue: /:later$/,
    error: { name: 'QueueDoesNotExist' },
  });
  const later = sqs.queue('later');
  later.send('{}');
  await until(() => later.deleted === 1);
  child.kill('SIGTERM');
  t.same(await once(child, 'exit'), [0, null]);
});
