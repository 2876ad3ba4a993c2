// What a team does with a deployed service, by the commands and against moto.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { ZipFile } from 'yazl';
import { type RunResult, runMain, SAMPLE_MAIN } from '../../support/run-app.ts';
import { skipWithout } from '../tools.ts';
import { AWS_ENV, callMoto, type Moto, prepare, startMoto, userDataOf } from './moto.ts';

const BUCKET = 'test-artifacts';
const skip = skipWithout('moto_server');

async function zipOf(dir: string, content: string | Buffer) {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(content as string), 'bootstrap', { mode: 0o100755 });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  const path = join(dir, `${typeof content === 'string' ? content : 'noise'}.zip`);
  const bytes = Buffer.concat(chunks);
  writeFileSync(path, bytes);
  return { path, key: `omega/${createHash('sha256').update(bytes).digest('hex')}.zip` };
}

interface Place {
  readonly moto: Moto;
  app(...args: string[]): Promise<RunResult>;
  provision(zip: string, ...more: string[]): Promise<RunResult>;
}

async function place(t: Test): Promise<Place> {
  const moto = await startMoto();
  t.teardown(() => moto.stop());
  const network = await prepare(moto, BUCKET);
  const app = (...args: string[]) =>
    runMain(SAMPLE_MAIN, [...args, '--endpointUrl', moto.url], { env: AWS_ENV, timeoutMs: 60_000 });
  const provision = (zip: string, ...more: string[]) =>
    app('provision', '--s3Bucket', BUCKET, '--artifact', zip, '--yes', ...network, ...more);
  return { moto, app, provision };
}

/** moto shows the image where AWS shows its path; what is changed for it on the way there differs as well. */
const SAME =
  /^~ parameter ImageId: .*\n~ Parameters\.ImageId\.Default: .*\n([-+] .*AutoScalingGroup.*\n){0,2}$/;

interface Resource {
  readonly name: string;
  readonly id: string;
}

async function resourcesOf({ app }: Place, ...more: string[]): Promise<Resource[]> {
  return JSON.parse((await app('status', '--json', ...more)).stdout).resources;
}

const idOf = (resources: readonly Resource[], wanted: string) =>
  resources.find(({ name }) => name === wanted)!.id;

t.test('roll back, compare, look at logs', { skip }, async (t) => {
  const here = await place(t);
  const { moto, app, provision } = here;
  const dir = t.testdir();
  const first = await zipOf(dir, 'first');
  const second = await zipOf(dir, 'second');
  const none = await app('rollback', '--yes');
  t.match(none, { code: 1, stderr: /there is no stack omega in us-east-1/ });
  const created = await provision(first.path, '--logs', '--outputs', join(dir, 'outputs.json'), '--json');
  t.equal(created.code, 0, created.stderr);
  const outputs = JSON.parse(readFileSync(join(dir, 'outputs.json'), 'utf8'));
  t.same(outputs, JSON.parse(created.stdout).outputs, 'the outputs are in the file');
  t.match(created.stderr, /^cost: more: group of instances AutoScalingGroup is added$/m);
  t.match(await app('rollback', '--yes'), { code: 1, stderr: /there is nothing to roll back to/ });

  await t.test('kept values are told', async (t) => {
    const { code, stderr } = await app(
      'provision',
      '--s3Bucket',
      BUCKET,
      '--artifact',
      second.path,
      '--yes',
      '--logs',
    );
    t.equal(code, 0, stderr);
    t.match(stderr, /^kept: VpcId=vpc-\w+ SubnetIds=subnet-\w+$/m);
  });

  await t.test('status tells what is deployed', async (t) => {
    const state = JSON.parse((await app('status', '--json')).stdout);
    t.match(state, { artifact: { bucket: BUCKET, key: second.key }, protected: false });
    t.match(state.parameters, { VpcId: /^vpc-/ });
    const { stdout } = await app('status');
    t.ok(stdout.includes(`artifact s3://${BUCKET}/${second.key}`));
    t.match(stdout, /^Parameters\n(?: {2}.*\n)* {2}VpcId +vpc-/m);
  });

  await t.test('diff', async (t) => {
    const diff = (...args: string[]) => app('diff', '--s3Bucket', BUCKET, '--logs', ...args);
    t.match(await diff('--artifact', second.path), { code: 0, stdout: SAME });
    t.match(await diff(), { code: 0, stdout: SAME, stderr: /from source there is no artifact/ });
    const { code, stdout } = await diff(
      '--artifact',
      second.path,
      '--memorySize',
      '1024',
      '--appCidr',
      '10.0.0.0/8',
    );
    t.equal(code, 0);
    t.match(stdout, /^~ Resources\.HttpFunction\.Properties\.MemorySize: 512 → 1024$/m);
    t.match(stdout, /^~ parameter AppCidr: .* → 10\.0\.0\.0\/8$/m);
    const json = JSON.parse((await diff('--artifact', first.path, '--json')).stdout);
    const keys = json.template.find(({ path }: { path: string }) =>
      path.endsWith('HttpFunction.Properties.Code.S3Key'),
    );
    t.match(keys, { before: second.key, after: first.key });
    const gone = await app('diff', '--s3Bucket', BUCKET, '--artifact', second.path);
    t.match(gone.stdout, /^- Resources\.ServerLogs {2}AWS::Logs::LogGroup$/m);
  });

  await t.test('rollback', async (t) => {
    const { stdout } = await app('rollback', '--list');
    t.match(stdout, new RegExp(`^1 .*${second.key} +is deployed\\n2 .*${first.key}$`, 'm'));
    t.match(await app('rollback'), { code: 1, stderr: /nobody can confirm; give --yes/ });
    t.match(await app('rollback', '--yes', '--to', '9'), {
      code: 2,
      stderr: /--to 9: the list has 2 entries/,
    });
    t.match(await app('rollback', '--yes', '--to', '1'), {
      code: 1,
      stderr: /--to 1: that is what is deployed/,
    });
    t.match(await app('rollback', '--yes', '--to', 'omega/none.zip'), {
      code: 1,
      stderr: /there is no such object/,
    });
    const back = await app('rollback', '--yes', '--json');
    t.equal(back.code, 0, back.stderr);
    t.match(JSON.parse(back.stdout), { result: 'updated', artifact: { bucket: BUCKET, key: first.key } });
    t.match(back.stderr, /^Modify +LaunchTemplate/m);
    const script = await userDataOf(moto, idOf(await resourcesOf(here), 'LaunchTemplate'));
    const [, sha256] = /omega\/(\w+)\.zip/.exec(first.key)!;
    t.ok(script.includes(`KEY='${first.key}'`) && script.includes(`SHA256='${sha256}'`));
    const state = JSON.parse((await app('status', '--json')).stdout);
    t.equal(state.artifact.key, first.key);
    // By its key, forwards again.
    t.equal((await app('rollback', '--yes', '--to', second.key)).code, 0);
  });

  await t.test('logs of both sides, by time', async (t) => {
    const resources = await resourcesOf(here);
    const now = Date.now();
    const put = (group: string, stream: string, ...events: [ago: number, message: string][]) =>
      putLog(
        moto,
        idOf(resources, group),
        stream,
        events.map(([ago, message]) => [now - ago, message]),
      );
    await put('HttpFunctionLogs', 'fn', [5000, '{"level":"INFO","message":"first"}\n'], [1000, 'REPORT x\n']);
    await put(
      'ServerLogs',
      'i-1/stdout',
      [9_000_000, 'too old'],
      [3000, '{"level":"WARN","message":"between"}'],
    );
    await put('HelloFunctionLogs', 'fn', [2000, 'hello']);
    const all = await app('logs');
    t.equal(all.code, 0, all.stderr);
    t.same(all.stdout.trimEnd().split('\n'), [
      ...['{"level":"INFO","message":"first"}', '{"level":"WARN","message":"between"}', 'hello', 'REPORT x'],
    ]);
    const one = await app('logs', 'http', '--json');
    const lines = one.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.match(lines, [
      { source: 'Http', message: { level: 'INFO', message: 'first' } },
      { source: 'i-1/stdout', message: { message: 'between' } },
      { source: 'Http', message: 'REPORT x' },
    ]);
    t.equal((await app('logs', '--since', '1s', 'hello')).stdout, '');
    t.match((await app('logs', '--since', '1d')).stdout, /too old/);
  });

  await t.test(
    'delete --artifacts spares what another stack needs, and could be rolled back to',
    async (t) => {
      t.equal((await provision(first.path, '--stack', 'other')).code, 0);
      t.equal((await provision(second.path, '--stack', 'other')).code, 0);
      const third = await zipOf(dir, 'third');
      t.equal((await provision(third.path, '--logs')).code, 0);
      const { code, stdout, stderr } = await app('delete', '--yes', '--artifacts', '--json');
      t.equal(code, 0, stderr);
      t.same(JSON.parse(stdout).uploads, [third.key]);
      t.match(stderr, /^stack other needs 2 uploads, which stay$/m);
      const list = await callMoto(moto, 's3', { method: 'GET', path: `/${BUCKET}?list-type=2` });
      const keys = [...list.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key!);
      t.same(keys.filter((key) => key.endsWith('.zip')).sort(), [first.key, second.key].sort());
      t.notOk(
        keys.some((key) => key.startsWith('omega/deployments/omega/')),
        'its own history is gone',
      );
    },
  );
});

async function putLog(moto: Moto, group: string, stream: string, events: [time: number, message: string][]) {
  const call = (action: string, body: object) =>
    callMoto(moto, 'logs', {
      headers: { 'x-amz-target': `Logs_20140328.${action}`, 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({ logGroupName: group, logStreamName: stream, ...body }),
    });
  await call('CreateLogStream', {});
  await call('PutLogEvents', { logEvents: events.map(([timestamp, message]) => ({ timestamp, message })) });
}

t.test('what would be destroyed needs --allowRemoval', { skip }, async (t) => {
  const { moto, app, provision } = await place(t);
  const { path } = await zipOf(t.testdir(), 'first');
  t.equal((await provision(path)).code, 0);
  const base = ['--s3Bucket', BUCKET, '--artifact', path, '--yes', '--runOn', '*=lambda'];
  const toLambda = (...more: string[]) => app('provision', ...base, ...more);
  const { code, stdout, stderr } = await toLambda();
  t.same([code, stdout], [1, '']);
  t.match(
    stderr,
    /^app: AutoScalingGroup \(AWS::AutoScaling::AutoScalingGroup\) would be removed: --allowRemoval AutoScalingGroup lets that happen\nstack omega was not changed$/m,
  );
  t.equal(moto.calls.filter((call) => call === 'ExecuteChangeSet').length, 1, 'the creation only');
  t.equal(moto.calls.at(-1), 'DeleteChangeSet');
  t.match(JSON.parse((await app('status', '--json')).stdout), { status: 'CREATE_COMPLETE' });
  const allowed = await toLambda('--allowRemoval', 'AutoScalingGroup');
  // moto itself then fails to remove a group.
  t.notMatch(allowed.stderr, /would be removed/);
  t.ok(moto.calls.filter((call) => call === 'ExecuteChangeSet').length > 1);
});

t.test('an artifact in parts is known again', { skip }, async (t) => {
  const { moto, provision } = await place(t);
  // Deflate makes nothing smaller of it.
  const noise = Array.from({ length: 500_000 }, (_, i) => createHash('sha256').update(`${i}`).digest());
  const { path } = await zipOf(t.testdir(), Buffer.concat(noise));
  const first = await provision(path, '--json');
  t.equal(first.code, 0, first.stderr);
  t.match(first.stderr, /^\d+\.\d of \d+\.\d MB are sent$/m);
  t.match(JSON.parse(first.stdout), { artifact: { uploaded: true } });
  moto.calls.splice(0);
  const again = await provision(path, '--json');
  t.match(JSON.parse(again.stdout), { artifact: { uploaded: false }, result: 'unchanged' }, again.stderr);
});

t.test('a protected stage', { skip }, async (t) => {
  const moto = await startMoto();
  t.teardown(() => moto.stop());
  await prepare(moto, BUCKET);
  const main = join(import.meta.dirname, 'guarded-main.ts');
  const { path } = await zipOf(t.testdir(), 'guarded');
  const deploy = (stage: string) =>
    runMain(main, ['provision', '--stage', stage, '--artifact', path, '--yes', '--endpointUrl', moto.url], {
      ...{ env: AWS_ENV, timeoutMs: 60_000 },
    });
  const guards = () =>
    moto.calls.splice(0).filter((call) => /^(SetStackPolicy|UpdateTermination)/.test(call));
  const dev = await deploy('dev');
  t.equal(dev.code, 0, dev.stderr);
  t.same(guards(), []);
  const prod = await deploy('prod');
  t.equal(prod.code, 0, prod.stderr);
  t.match(prod.stderr, /^the stack is protected$/m);
  t.same(guards(), ['SetStackPolicy', 'UpdateTerminationProtection']);
  const body = new URLSearchParams({
    ...{ Action: 'GetStackPolicy', Version: '2010-05-15', StackName: 'guarded-prod' },
  });
  t.match(await callMoto(moto, 'cloudformation', { body }), /Update:Replace.*AWS::SQS::Queue/s);
  const diff = ['diff', '--stage', 'prod', '--artifact', path, '--endpointUrl', moto.url];
  t.match(await runMain(main, diff, { env: AWS_ENV }), { code: 0, stdout: 'no differences\n' });
  const status = ['status', '--stage', 'prod', '--json', '--endpointUrl', moto.url];
  t.match(JSON.parse((await runMain(main, status, { env: AWS_ENV })).stdout), { version: '1.0.0' });
});
