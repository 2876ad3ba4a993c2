import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import t from 'tap';
import { emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { FULL } from './sample.ts';
import { check, findProgram, skipWithout } from './tools.ts';

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

async function createStack(aws: Aws, dir: string, templateText: string): Promise<Record<string, string>> {
  const template = join(dir, 'template.json');
  writeFileSync(template, templateText);
  const { Subnets } = (await aws('ec2', 'describe-subnets')) as {
    Subnets: { SubnetId: string; VpcId: string }[];
  };
  const subnet = Subnets[0]!;
  const values = { VpcId: subnet.VpcId, SubnetIds: subnet.SubnetId };
  const parameters = join(dir, 'parameters.json');
  const list = Object.entries(values).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }));
  writeFileSync(parameters, JSON.stringify(list));
  await aws(
    ...['cloudformation', 'create-stack', '--stack-name', 'omega-test', '--capabilities', 'CAPABILITY_IAM'],
    ...['--template-body', `file://${template}`, '--parameters', `file://${parameters}`],
  );
  const { Stacks } = (await aws('cloudformation', 'describe-stacks', '--stack-name', 'omega-test')) as {
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

t.test('a stack made from the template: its user-data is bash without expressions', { skip }, async (t) => {
  const dir = t.testdir();
  const moto = await startMoto();
  t.teardown(() => moto.stop());
  const aws = awsCli(moto.url, dir);
  await prepare(aws, dir, FULL);
  const emitted = emitTopology(FULL);
  // moto reads the default's SSM parameter even when another is given, and lets nobody write under /aws.
  const image = emitted.template.Parameters.ImageId!.Default as string;
  const outputs = await createStack(aws, dir, emitted.templateText.replace(image, '/test/image'));
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
});
