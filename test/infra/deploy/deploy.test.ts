import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { ZipFile } from 'yazl';
import { nodeCommand } from '../../support/node.ts';
import { APP, noApp, type RunResult, runCommand, runMain, SAMPLE_MAIN } from '../../support/run-app.ts';
import { skipWithout } from '../tools.ts';
import { AWS_ENV, callMoto, type Moto, prepare, startMoto, userDataOf } from './moto.ts';

const BUCKET = 'test-artifacts';
const skip = skipWithout('moto_server');

/** A Lambda zip whose bootstrap holds the text; gives its path and hash. */
async function zipOf(dir: string, content: string, mode = 0o100755) {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(content), 'bootstrap', { mode });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  const path = join(dir, `${content}.zip`);
  writeFileSync(path, Buffer.concat(chunks));
  return { path, sha256: createHash('sha256').update(Buffer.concat(chunks)).digest('hex') };
}

interface Place {
  readonly moto: Moto;
  readonly dir: string;
  readonly network: string[];
  app(...args: string[]): Promise<RunResult>;
}

async function place(t: Test): Promise<Place> {
  const moto = await startMoto();
  t.teardown(() => moto.stop());
  const network = await prepare(moto, BUCKET);
  const app = (...args: string[]) =>
    runMain(SAMPLE_MAIN, [...args, '--endpointUrl', moto.url], { env: AWS_ENV, timeoutMs: 60_000 });
  return { moto, dir: t.testdir(), network, app };
}

async function launchTemplate({ app }: Place): Promise<string> {
  const { resources } = JSON.parse((await app('status', '--json')).stdout);
  return resources.find(({ name }: { name: string }) => name === 'LaunchTemplate').id;
}

/** The calls since the last look. */
const taken = ({ calls }: Moto) => calls.splice(0);
/** Uploads; that a deployment is noted is none. */
const puts = (calls: string[]) =>
  calls.filter((call) => call.startsWith('PUT') && !call.includes('/deployments/'));

t.test('provision, status and delete against moto', { skip }, async (t) => {
  const here = await place(t);
  const { moto, app, network } = here;
  const first = await zipOf(here.dir, 'first');
  const provision = (zip: string, ...more: string[]) =>
    app('provision', '--s3Bucket', BUCKET, '--artifact', zip, '--yes', ...network, ...more);

  await t.test('a new stack', async (t) => {
    const { code, stdout, stderr } = await provision(first.path, '--json', '--tag', 'team=a');
    t.equal(code, 0, stderr);
    const key = `omega/${first.sha256}.zip`;
    const expected = { bucket: BUCKET, key, sha256: first.sha256, uploaded: true };
    t.match(JSON.parse(stdout), { stack: 'omega', result: 'created', artifact: expected });
    t.match(stderr, /^Add +AutoScalingGroup +AWS::AutoScaling::AutoScalingGroup$/m, 'the preview');
    t.match(stderr, /^\d\d:\d\d:\d\d CREATE_COMPLETE +omega +AWS::CloudFormation::Stack$/m, 'the events');
    const stored = await callMoto(moto, 's3', { method: 'GET', path: `/${BUCKET}/${key}` });
    t.equal(stored, readFileSync(first.path).toString(), 'the artifact is in the bucket');
    const script = await userDataOf(moto, await launchTemplate(here));
    t.ok(script.includes(`KEY='${key}'`) && script.includes(`SHA256='${first.sha256}'`));
    taken(moto);
  });

  await t.test('the same again: nothing is uploaded, nothing changes', async (t) => {
    const { code, stdout, stderr } = await provision(first.path);
    t.equal(code, 0);
    t.match(stdout, /^stack omega is unchanged$/m);
    t.match(stderr, /is there already\nstack omega: no changes/);
    const calls = taken(moto);
    t.same(puts(calls), []);
    t.ok(calls.includes('CreateChangeSet') && calls.includes('DeleteChangeSet'));
    t.notOk(calls.includes('ExecuteChangeSet'));
  });

  await t.test('another option, then another artifact: an update each', async (t) => {
    const option = await provision(first.path, '--memorySize', '1024', '--json');
    t.match(JSON.parse(option.stdout), { result: 'updated', artifact: { uploaded: false } });
    t.match(option.stderr, /^Modify +HttpFunction +AWS::Lambda::Function$/m);
    t.same(puts(taken(moto)), []);

    const second = await zipOf(here.dir, 'second');
    const artifact = await provision(second.path, '--memorySize', '1024', '--json');
    t.match(JSON.parse(artifact.stdout), { result: 'updated', artifact: { uploaded: true } });
    t.match(artifact.stderr, /^Modify +LaunchTemplate +/m, 'a new artifact is a new launch template');
    t.equal(puts(taken(moto)).length, 1);
  });

  await t.test('status', async (t) => {
    const { code, stdout } = await app('status', '--events', '2');
    t.equal(code, 0);
    t.match(stdout, /^omega {2}UPDATE_COMPLETE/);
    t.match(stdout, /^ +AutoScalingGroup +AWS::AutoScaling::AutoScalingGroup/m);
    t.match(stdout, /^ +i-\w+ +InService +Healthy/m, 'the instances');
    t.equal(stdout.match(/^ +\d\d:\d\d:\d\d /gm)?.length, 2, 'as many events as asked for');
    const state = JSON.parse((await app('status', '--json')).stdout);
    t.match(state, { stack: 'omega', status: 'UPDATE_COMPLETE', groups: [{ min: 1, max: 2 }] });
  });

  await t.test("another service's stack is left alone", async (t) => {
    const body = new URLSearchParams({
      ...{ Action: 'CreateStack', Version: '2010-05-15', StackName: 'foreign' },
      TemplateBody: '{"Resources":{"Q":{"Type":"AWS::SQS::Queue"}}}',
    });
    await callMoto(moto, 'cloudformation', { body });
    for (const run of [
      provision(first.path, '--stack', 'foreign'),
      app('delete', '--yes', '--stack', 'foreign'),
    ]) {
      const { code, stderr } = await run;
      t.equal(code, 1);
      t.match(stderr, /stack foreign has no tag amphi:service=omega/);
    }
  });

  await t.test('delete', async (t) => {
    const asked = await app('delete');
    t.match(asked, { code: 1, stderr: /nobody can confirm; give --yes/ });
    const { code, stdout, stderr } = await app('delete', '--yes', '--artifacts', '--json');
    t.equal(code, 0, stderr);
    const result = JSON.parse(stdout);
    t.match(result, { stack: 'omega', deleted: true, retained: [] });
    t.equal(result.uploads.length, 2);
    t.match(stderr, /DELETE_COMPLETE/);
    const list = await callMoto(moto, 's3', { method: 'GET', path: `/${BUCKET}?list-type=2` });
    t.notMatch(list, /<Key>/, 'the bucket is empty');
    t.match(await app('delete', '--yes'), { code: 0, stderr: /there is no stack omega in us-east-1/ });
    t.match(await app('status'), { code: 1, stderr: /^app: there is no stack omega in us-east-1$/m });
  });
});

t.test('the executable deploys itself', { skip: skip || noApp }, async (t) => {
  const { moto, network } = await place(t);
  const args = ['provision', '--s3Bucket', BUCKET, '--yes', '--json', ...network, '--endpointUrl', moto.url];
  const { code, stdout, stderr } = await runCommand(APP, args, { env: AWS_ENV, timeoutMs: 60_000 });
  t.equal(code, 0, stderr);
  const sha256 = createHash('sha256')
    .update(readFileSync(`${APP}.zip`))
    .digest('hex');
  t.match(JSON.parse(stdout), { result: 'created', artifact: { sha256, uploaded: true } });
  t.notMatch(stderr, /packing/, 'the zip that the build made is used');
});

/** What the command line alone tells to be wrong. */
const OF_THE_LINE = /it must be|given more than once|is not 1 to 128|cannot go with/;

t.test('what cannot work is one clear line, and nothing is uploaded', { skip }, async (t) => {
  const { moto, app, network, dir } = await place(t);
  const { path } = await zipOf(dir, 'good');
  const plain = await zipOf(dir, 'plain', 0o100644);
  writeFileSync(join(dir, 'no.zip'), 'PK');
  const base = ['--s3Bucket', BUCKET, ...network];
  const cases: [RegExp, string[]][] = [
    [
      /provision: standard input is no terminal, so nobody can confirm; give --yes/,
      ['--artifact', path, ...base],
    ],
    [
      /bucket missing-bucket: there is none/,
      ['--yes', '--artifact', path, ...base, '--s3Bucket', 'missing-bucket'],
    ],
    [/--parameter SubnetIds=VALUE is missing: Subnets/, ['--yes', '--artifact', path, ...base.slice(0, 4)]],
    [
      /--parameter Nope: it is none of VpcId/,
      ['--yes', '--artifact', path, ...base, '--parameter', 'Nope=1'],
    ],
    [
      /--parameter "VpcId": it must be Name=Value/,
      ['--yes', '--artifact', path, '--parameter', 'VpcId', ...base],
    ],
    [/--parameter VpcId: given more than once/, ['--yes', '--artifact', path, ...base, ...network]],
    [/--stack "1x" is not 1 to 128/, ['--yes', '--artifact', path, ...base, '--stack', '1x']],
    [
      /--endpointUrl: given more than once/,
      ['--yes', '--artifact', path, ...base, '--endpointUrl', 'http://x'],
    ],
    [/--artifact \S+no.zip: it is no zip file/, ['--yes', '--artifact', join(dir, 'no.zip'), ...base]],
    [
      /--artifact \S+gone.zip: there is no such file/,
      ['--yes', '--artifact', join(dir, 'gone.zip'), ...base],
    ],
    [/its entry bootstrap is not executable/, ['--yes', '--artifact', plain.path, ...base]],
    [
      /--sha256: the artifact \S+ has another one/,
      ['--yes', '--artifact', path, ...base, '--sha256', '0'.repeat(64)],
    ],
    [/cannot go with --s3Key/, ['--yes', '--artifact', path, ...base, '--s3Key', 'k']],
    [/s3:\/\/test-artifacts\/k: there is no such object/, ['--yes', ...base, '--s3Key', 'k']],
    [/from source there is no artifact; build first/, ['--yes', ...base]],
  ];
  for (const [message, args] of cases) {
    // The last --s3Bucket would be a second one.
    const given = args.includes('missing-bucket')
      ? args.filter((arg, i) => !(arg === BUCKET || args[i + 1] === BUCKET))
      : args;
    const { code, stdout, stderr } = await app('provision', ...given);
    t.equal(code, OF_THE_LINE.test(String(message)) ? 2 : 1, String(message));
    t.equal(stdout, '');
    t.match(stderr, message);
    t.notMatch(stderr, /^ +at /m, 'no stack trace');
  }
  const calls = taken(moto);
  t.same([...puts(calls), ...calls.filter((call) => /^(Create|Execute|Delete)/.test(call))], []);
});

t.test('Ctrl-C and SIGTERM tell what goes on in AWS, and take back what does not', { skip }, async (t) => {
  const { moto, network, dir } = await place(t);
  const { path } = await zipOf(dir, 'slow');
  const cases: [held: string, signal: 'SIGINT' | 'SIGTERM', told: RegExp][] = [
    [
      'CreateChangeSet',
      'SIGINT',
      // moto refuses to delete what it has never seen in a way of its own.
      /^app: interrupted; no stack was changed; change set amphi-\S+ (may yet appear in|of) stack omega/m,
    ],
    ['DescribeChangeSet', 'SIGTERM', /^app: interrupted; no stack was changed$/m],
    [
      'ExecuteChangeSet',
      'SIGTERM',
      /^app: interrupted; stack omega goes on changing in AWS: app status shows it/m,
    ],
  ];
  const args = ['provision', '--s3Bucket', BUCKET, '--artifact', path, '--yes', '--endpointUrl', moto.url];
  for (const [held, signal, told] of cases) {
    moto.held.clear();
    moto.held.add(held);
    const [node, ...rest] = nodeCommand(SAMPLE_MAIN, ...args, ...network);
    const child = spawn(node, rest, {
      ...{ env: { PATH: process.env.PATH, ...AWS_ENV }, timeout: 60_000, killSignal: 'SIGKILL' },
    });
    const closed = once(child, 'close');
    const calls: string[] = [];
    while (child.exitCode === null && !calls.includes(held)) {
      await sleep(20);
      calls.push(...taken(moto));
    }
    child.kill(signal);
    t.match(await text(child.stderr), told, held);
    t.same(await closed, [signal === 'SIGINT' ? 130 : 143, null], held);
    const undone = taken(moto).filter((call) => /^(Delete|Execute)/.test(call));
    if (held === 'DescribeChangeSet') t.same(undone, ['DeleteChangeSet', 'DeleteStack'], 'nothing is left');
  }
});

t.test('no profile, no credentials, no region, no AWS', async (t) => {
  const files = t.testdir({
    config: '[profile here]\nregion = eu-west-1\n[sso-session s]\nsso_region = x\n',
    credentials: '[other]\naws_access_key_id = x\n',
  });
  const profiles = {
    AWS_CONFIG_FILE: join(files, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(files, 'credentials'),
  };
  const bare = { AWS_CONFIG_FILE: '/nonexistent', AWS_SHARED_CREDENTIALS_FILE: '/nonexistent' };
  const status = (env: Record<string, string>, ...args: string[]) =>
    runMain(SAMPLE_MAIN, ['status', ...args], {
      env: { ...bare, AWS_EC2_METADATA_DISABLED: 'true', ...env },
    });
  const cases: [RegExp, Promise<RunResult>][] = [
    [/^app: no AWS region: give --region or set AWS_REGION$/m, status({})],
    [
      /^app: --profile nope is not in the AWS configuration files: there is here, other$/m,
      status(profiles, '--profile', 'nope'),
    ],
    [
      /^app: AWS_PROFILE nope is not in the AWS configuration files: there is no profile at all$/m,
      status({ AWS_PROFILE: 'nope' }, '--region', 'eu-west-1'),
    ],
    [/^app: CloudFormation DescribeStacks: no AWS credentials/m, status(profiles, '--profile', 'here')],
    [
      /^app: CloudFormation DescribeStacks: no AWS credentials: set AWS_PROFILE/m,
      status({}, '--region', 'eu-west-1'),
    ],
    [
      /^app: CloudFormation DescribeStacks: cannot reach AWS .*look at --region and --endpointUrl$/m,
      status(AWS_ENV, '--endpointUrl', 'http://127.0.0.1:9'),
    ],
    [
      /--endpointUrl "ftp:\/\/x": it must be an http or https URL/,
      status(AWS_ENV, '--endpointUrl', 'ftp://x'),
    ],
    [/--events "0": it must be a whole number from 1 to 100/, status(AWS_ENV, '--events', '0')],
  ];
  for (const [message, run] of cases) {
    const { code, stderr } = await run;
    t.equal(code, OF_THE_LINE.test(String(message)) ? 2 : 1, String(message));
    t.match(stderr, message);
    t.notMatch(stderr, /^ +at /m, 'no stack trace');
  }
});
