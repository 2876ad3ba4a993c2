import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { FAILOVER_CODE } from '../../infra/failover.ts';
import { type EmittedTopology, emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { FULL } from './sample.ts';
import { check, findProgram, skipWithout } from './tools.ts';
import { SHIFTED } from './variants.ts';

const run = promisify(execFile);

/** Starts moto's server on a free port of the loopback; `stop` ends it by its own pid. */
async function startMoto(): Promise<{ url: string; stop(): Promise<void> }> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  const child: ChildProcess = spawn(findProgram('moto_server')!, ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  };
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`moto_server exited with ${child.exitCode}`);
    const up = await fetch(`${url}/moto-api/data.json`).then(
      (response) => response.arrayBuffer().then(() => true),
      () => false,
    );
    if (up) return { url, stop };
    await sleep(100);
  }
  await stop();
  throw new Error('moto_server did not answer within 60 s');
}

function awsCli(url: string, dir: string) {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_CONFIG_FILE: join(dir, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(dir, 'no-credentials'),
    AWS_PAGER: '',
  };
  return async (...args: string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await run('aws', ['--endpoint-url', url, '--output', 'json', ...args], { env });
    return stdout.trim() === '' ? {} : JSON.parse(stdout);
  };
}

type Aws = ReturnType<typeof awsCli>;

/** What the stack needs to be there before it: artifact, key pair, image parameter. */
async function prepare(aws: Aws, dir: string, options: TopologyOptions): Promise<void> {
  writeFileSync(join(dir, 'app.zip'), 'stands for the artifact');
  const bucket = ['--bucket', options.s3Bucket];
  await aws('s3api', 'create-bucket', ...bucket);
  await aws('s3api', 'put-object', ...bucket, '--key', options.s3Key, '--body', join(dir, 'app.zip'));
  await aws('ec2', 'create-key-pair', '--key-name', options.key!);
  await aws('ssm', 'put-parameter', '--name', '/test/image', '--type', 'String', '--value', 'ami-12c6146b');
}

async function createStack(
  aws: Aws,
  dir: string,
  name: string,
  emitted: EmittedTopology,
): Promise<Record<string, string>> {
  const template = join(dir, 'template.json');
  // moto reads the default's SSM parameter even when another is given, and lets nobody write under /aws.
  const image = emitted.template.Parameters.ImageId!.Default as string;
  const templateText = emitted.templateText.replace(image, '/test/image');
  writeFileSync(template, templateText);
  const { Subnets } = (await aws('ec2', 'describe-subnets')) as {
    Subnets: { SubnetId: string; VpcId: string }[];
  };
  const [subnet, other] = Subnets;
  const subnets = `${subnet!.SubnetId},${other!.SubnetId}`;
  const values = {
    VpcId: subnet!.VpcId,
    SubnetIds: subnet!.SubnetId,
    ...('AlbSubnetIds' in emitted.template.Parameters ? { AlbSubnetIds: subnets } : {}),
  };
  const parameters = join(dir, 'parameters.json');
  const list = Object.entries(values).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }));
  writeFileSync(parameters, JSON.stringify(list));
  await aws(
    ...['cloudformation', 'create-stack', '--stack-name', name, '--capabilities', 'CAPABILITY_IAM'],
    ...['--template-body', `file://${template}`, '--parameters', `file://${parameters}`],
  );
  const { Stacks } = (await aws('cloudformation', 'describe-stacks', '--stack-name', name)) as {
    Stacks: { StackStatus: string; Outputs: { OutputKey: string; OutputValue: string }[] }[];
  };
  const outputs = Stacks[0]!.Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
  return { ...Object.fromEntries(outputs), StackStatus: Stacks[0]!.StackStatus };
}

async function launchData(aws: Aws, id: string): Promise<Record<string, unknown> & { UserData: string }> {
  const answer = await aws('ec2', 'describe-launch-template-versions', '--launch-template-id', id);
  const versions = answer.LaunchTemplateVersions as { LaunchTemplateData: { UserData: string } }[];
  return versions[0]!.LaunchTemplateData;
}

const skip = skipWithout('moto_server', 'aws', 'bash');

t.test('stacks made in moto', { skip }, async (t) => {
  const dir = t.testdir();
  const moto = await startMoto();
  t.teardown(() => moto.stop());
  const aws = awsCli(moto.url, dir);
  await prepare(aws, dir, FULL);
  await t.test('the user-data reads back as bash without expressions', (t) => readsBack(t, aws, dir));
  await t.test('the failover function moves the weights of its rule and back', { skip: noBoto() }, (t) =>
    failsOver(t, aws, dir, moto.url),
  );
});

async function readsBack(t: Test, aws: Aws, dir: string): Promise<void> {
  const emitted = emitTopology(FULL);
  const outputs = await createStack(aws, dir, 'omega-test', emitted);
  t.equal(outputs.StackStatus, 'CREATE_COMPLETE');
  t.same(
    Object.keys(emitted.template.Outputs).filter((key) => !outputs[key]),
    [],
    'every output has a value',
  );
  t.match(outputs.HelloFunctionArn, /^arn:aws:lambda:us-east-1:\d{12}:function:/);

  const data = await launchData(aws, outputs.LaunchTemplateId!);
  t.match(data, {
    KeyName: 'ops-key',
    MetadataOptions: { HttpTokens: 'required' },
    SecurityGroupIds: [outputs.SecurityGroupId],
  });
  const script = Buffer.from(data.UserData, 'base64').toString();
  t.same(check('bash', ['-n'], script), { status: 0, output: '' });
  t.equal(
    script,
    emitted.userData
      .replace('{"Ref":"AWS::Region"}', 'us-east-1')
      .replace('{"Ref":"AWS::URLSuffix"}', 'amazonaws.com')
      .replace('{"Ref":"AWS::StackName"}', 'omega-test'),
    'every expression is resolved and nothing else has changed',
  );

  const fn = (await aws('lambda', 'get-function', '--function-name', outputs.OnUpload2FunctionName!)) as {
    Configuration: unknown;
  };
  t.match(fn.Configuration, {
    Handler: 'on-upload_2',
    Runtime: 'provided.al2023',
    Timeout: 60,
    Environment: { Variables: FULL.environment },
  });
}

const DRIVER = join(import.meta.dirname, 'failover-driver.py');

function noBoto(): string | false {
  if (findProgram('python3') === undefined) return 'not on PATH: python3';
  return check('python3', ['-c', 'import boto3']).status === 0 ? false : 'python3 has no boto3';
}

/** Stack behind a load balancer, with a certificate and a zone of moto's own. */
async function balancedStack(aws: Aws, dir: string): Promise<Record<string, string>> {
  const { CertificateArn } = await aws('acm', 'request-certificate', '--domain-name', 'api.example.com');
  const zone = await aws('route53', 'create-hosted-zone', '--name', 'example.com', '--caller-reference', 'x');
  const hostedZoneId = (zone.HostedZone as { Id: string }).Id.replace('/hostedzone/', '');
  const emitted = emitTopology({ ...SHIFTED, certificateArn: CertificateArn as string });
  // moto knows no attributes of an alarm.
  const arn = 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:x';
  const alarm = /\{\s*"Fn::GetAtt": \[\s*"NoHealthyInstance",\s*"Arn"\s*\]\s*\}/;
  const templateText = emitted.templateText
    .replace(alarm, JSON.stringify(arn))
    // Its zones have other ids than Route 53's.
    .replaceAll(SHIFTED.hostedZoneId!, hostedZoneId);
  return createStack(aws, dir, 'omega-balanced', { ...emitted, templateText });
}

async function failsOver(t: Test, aws: Aws, dir: string, url: string): Promise<void> {
  const outputs = await balancedStack(aws, dir);
  t.equal(outputs.StackStatus, 'CREATE_COMPLETE');
  t.match(outputs.LoadBalancerDnsName, /elb\.amazonaws\.com$/);
  const output = await runDriver(FAILOVER_CODE, url);
  const away = { weights: { instance: 0, lambda: 100 }, sticky: null };
  const shared = { weights: { instance: 90, lambda: 10 }, sticky: 300 };
  t.same(JSON.parse(output.trim().split('\n').at(-1)!), [
    ['at first', shared],
    ['ALARM', away],
    ['INSUFFICIENT_DATA', away],
    ['OK', shared],
  ]);
}

async function runDriver(code: string, url: string): Promise<string> {
  const env = {
    ...{ PATH: process.env.PATH, HOME: process.env.HOME, AWS_ENDPOINT_URL: url },
    ...{ AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing', AWS_DEFAULT_REGION: 'us-east-1' },
  };
  const child = run('python3', [DRIVER], { env, timeout: 60_000 });
  child.child.stdin!.end(code);
  return (await child).stdout;
}
