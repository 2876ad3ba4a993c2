import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { SqsStandIn } from '../../scripts/bench/sqs-stand-in.ts';
import { importsOf, sourcesBelow } from '../core/import-rules.ts';
import { buildEvent } from '../support/events.ts';
import { nodeCommand } from '../support/node.ts';
import { runCommand, runMain } from '../support/run-app.ts';
import { startServer } from '../support/server.ts';

// Each example by `amphi build` and then as its executable; their own tests, too.

const project = join(import.meta.dirname, '..', '..');
const examples = join(project, 'examples');
const names = readdirSync(examples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const AMPHI = join(project, 'src', 'build', 'amphi.ts');

/** The executable of an example, and an empty folder to run it in. */
async function build(t: Test, name: string) {
  const dir = t.testdir({ out: {}, empty: {} });
  const entry = join(examples, name, 'src', 'main.ts');
  const out = join(dir, 'out');
  const built = await runMain(AMPHI, ['build', '--entry', entry, '--out', out, '--compression', '1'], {
    timeoutMs: 120_000,
  });
  t.equal(built.code, 0, built.stderr);
  t.match(built.stdout, /^built /);
  const cwd = join(dir, 'empty');
  const app = join(out, 'app');
  const invoke = async (args: string[], event: unknown) => {
    const input = JSON.stringify(event);
    return runCommand(app, ['invoke', ...args, '--event', '-'], { input, cwd });
  };
  return { app, cwd, invoke };
}

t.test('the examples', async (t) => {
  t.strictSame(names, ['hybrid', 'long-task', 'rest-api', 'sqs-worker']);
  const text = readFileSync(join(examples, 'README.md'), 'utf8');
  for (const name of names) t.ok(text.includes(`(${name})`), `${name} is in the table`);
  const imports = sourcesBelow(project, 'examples').flatMap(([, source]) => importsOf(source));
  t.ok(imports.some(({ from }) => from === 'amphi/events'));
});

for (const name of names) {
  t.test(`the tests of ${name}`, async (t) => {
    const folder = join(examples, name, 'test');
    const files = readdirSync(folder).map((file) => join(folder, file));
    const [node, ...args] = nodeCommand('--test', ...files);
    const { code, stdout } = await runCommand(node, args, { cwd: join(examples, name) });
    t.equal(code, 0, stdout);
    t.match(stdout, /^. pass [1-9]/m);
  });
}

t.test('rest-api: served by its executable, and behind an API Gateway event', async (t) => {
  const { app, cwd, invoke } = await build(t, 'rest-api');
  const server = await startServer(app, cwd, { API_KEY: 'secret' });
  t.teardown(() => server.stop());
  const made = await fetch(`${server.url}/books`, {
    ...{ method: 'POST', headers: { 'x-api-key': 'secret' } },
    body: JSON.stringify({ title: 'Momo', year: 1973, hidden: true }),
  });
  t.equal(made.status, 201);
  const path = made.headers.get('location');
  t.match(await (await fetch(server.url + path)).json(), { title: 'Momo', year: 1973 });
  const refused = await fetch(`${server.url}/books?limit=many`);
  t.match(await refused.json(), { status: 400, detail: /^query\.limit: / });
  t.equal(await server.stop(), 0);

  const event = buildEvent('apigateway-v2', { method: 'DELETE', path: '/books/1' });
  const { stdout } = await invoke([], event);
  t.match(JSON.parse(stdout), { statusCode: 401, body: /NO_KEY/ });
});

t.test('sqs-worker: a bad message comes again, alone', async (t) => {
  const { app, cwd, invoke } = await build(t, 'sqs-worker');
  const order = (orderId: string) => ({ orderId, items: [{ sku: 'tea', quantity: 1 }] });
  const bodies = [order('A1'), { orderId: 'A2', items: [] }, order('A3')].map((each) => JSON.stringify(each));
  const sample = JSON.parse((await runCommand(app, ['events', 'sqs'], { cwd })).stdout);
  const Records = [...bodies, '{'].map((body, index) => ({
    ...sample.Records[0],
    messageId: `m${index}`,
    body,
  }));
  const { code, stdout, stderr } = await invoke(['ship'], { Records });
  t.equal(code, 0, stderr);
  t.strictSame(JSON.parse(stdout), {
    batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm3' }],
  });
  t.match(stderr, /order A2 has no items/);

  const flags = ['provision', '--noop', '--s3Bucket', 'bucket', '--s3Key', 'key', '--out', 'stack'];
  t.equal((await runCommand(app, flags, { cwd })).code, 0);
  const template = JSON.parse(readFileSync(join(cwd, 'stack', 'template.json'), 'utf8'));
  t.ok(template.Parameters.OrdersQueueArn);
  const mappings = Object.values(template.Resources as Record<string, { Type: string; Properties: unknown }>)
    .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
    .map(({ Properties }) => Properties);
  t.match(mappings, [
    { EventSourceArn: { Ref: 'OrdersQueueArn' }, ScalingConfig: { MaximumConcurrency: 20 } },
  ]);
});

t.test('long-task: Lambda takes the order, a worker does it, the server shows the file', async (t) => {
  const { app, cwd } = await build(t, 'long-task');
  const sqs = new SqsStandIn();
  await sqs.listen();
  const queue = sqs.queue('exports');
  const targets = JSON.stringify({ 'make-export': queue.arn });
  const aws = {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
  };
  const env = { ...aws, EXPORTS_DIR: join(cwd, 'exports'), AMPHI_TARGETS: targets };

  // As in Lambda, where the function knows of the queue alone.
  const event = buildEvent('apigateway-v2', { method: 'POST', path: '/exports', body: '{"rows":2}' });
  const input = JSON.stringify(event);
  const taken = await runCommand(app, ['invoke', 'http', '--event', '-'], { input, cwd, env });
  const { statusCode, headers } = JSON.parse(taken.stdout);
  t.equal(statusCode, 202, taken.stderr);
  t.equal(queue.size, 1);

  const server = await startServer(app, cwd, env);
  const status = async () =>
    (await (await fetch(server.url + headers.location)).json()) as { status: string };
  t.match(await status(), { status: 'waiting' });
  const flags = ['--queue', `make-export=${queue.arn}`, '--endpointUrl', sqs.endpoint, '--healthPort', '0'];
  const worker = spawn(app, ['worker', '--waitTime', '0', ...flags], { cwd, env, stdio: 'ignore' });
  t.teardown(async () => {
    worker.kill('SIGKILL');
    await server.stop();
    await sqs.close();
  });
  while ((await status()).status !== 'done') await sleep(20);
  t.equal(await (await fetch(`${server.url}${headers.location}/file`)).text(), 'row,square\n1,1\n2,4\n');
  while (queue.deleted < 1) await sleep(10);
  t.equal(queue.size, 0);
});

t.test('hybrid: routes, function, schedule and command of one executable', async (t) => {
  const { app, cwd, invoke } = await build(t, 'hybrid');
  const server = await startServer(app, cwd);
  t.teardown(() => server.stop());
  const report = await fetch(`${server.url}/reports/2`);
  t.equal(report.headers.get('x-served-by'), 'instance');
  t.equal(await report.text(), 'row,square\n1,1\n2,4\n');
  t.equal(await (await fetch(`${server.url}/where`)).text(), 'a server');
  const url = `${server.url}/2015-03-31/functions/summarize/invocations`;
  const invoked = await fetch(url, { method: 'POST', body: '{"rows":2}' });
  t.strictSame(await invoked.json(), { rows: 2, bytes: 19 });
  t.equal(await server.stop(), 0);

  t.strictSame(JSON.parse((await invoke(['summarize'], {})).stdout), { rows: 10, bytes: 60 });
  const due = JSON.parse((await runCommand(app, ['events', 'schedule'], { cwd })).stdout);
  t.match((await invoke(['nightly'], due)).stderr, /"message":"nightly report".*"lines":101/);
  t.equal((await runCommand(app, ['report', '1'], { cwd })).stdout, 'row,square\n1,1\n');
  const wrong = await runCommand(app, ['provision', '--noop', '--owner', 'ada'], { cwd });
  t.match([wrong.code, wrong.stderr], [2, /--owner: ada is no address/]);
});
