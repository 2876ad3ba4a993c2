import t, { type Test } from 'tap';
import { type EmittedTopology, emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { FAILOVER_CODE } from '../../infra/template/failover.ts';
import { forMoto } from './deploy/moto-front.ts';
import { type Aws, runFailover, skipWithoutMoto, startCalls, startMoto } from './moto/server.ts';
import { FULL } from './sample.ts';
import { check } from './tools.ts';
import { PLACED, SHIFTED } from './variants.ts';

/** What the stack needs to be there before it: artifact, key pair, image parameter. */
async function prepare(aws: Aws, { s3Bucket: Bucket, s3Key: Key, key }: TopologyOptions): Promise<void> {
  await aws.call('s3', 'create_bucket', { Bucket });
  await aws.call('s3', 'put_object', { Bucket, Key, Body: 'stands for the artifact' });
  await aws.call('ec2', 'create_key_pair', { KeyName: key });
  await aws.call('ssm', 'put_parameter', { Name: '/test/image', Type: 'String', Value: 'ami-12c6146b' });
}

/** Creates a stack in moto's own network; gives its outputs and status. */
async function createStack(
  aws: Aws,
  StackName: string,
  { template, templateText }: EmittedTopology,
): Promise<Record<string, string>> {
  const answer = await aws.call<{ Subnets: { SubnetId: string; VpcId: string }[] }>(
    'ec2',
    'describe_subnets',
  );
  const [subnet, other] = answer.Subnets;
  const values = {
    VpcId: subnet!.VpcId,
    SubnetIds: subnet!.SubnetId,
    AlbSubnetIds: `${subnet!.SubnetId},${other!.SubnetId}`,
  };
  // moto reads the default's SSM parameter even when another is given, and lets nobody write under /aws.
  const image = template.Parameters.ImageId!.Default as string;
  await aws.call('cloudformation', 'create_stack', {
    StackName,
    TemplateBody: forMoto(templateText).replace(image, '/test/image'),
    Capabilities: ['CAPABILITY_IAM'],
    Parameters: Object.entries(values)
      .filter(([name]) => name in template.Parameters)
      .map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
  });
  const { Stacks } = await aws.call<{
    Stacks: { StackStatus: string; Outputs: { OutputKey: string; OutputValue: string }[] }[];
  }>('cloudformation', 'describe_stacks', { StackName });
  const outputs = Stacks[0]!.Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
  return { ...Object.fromEntries(outputs), StackStatus: Stacks[0]!.StackStatus };
}

async function launchData(aws: Aws, id: string): Promise<{ UserData: string }> {
  const { LaunchTemplateVersions } = await aws.call<{
    LaunchTemplateVersions: { LaunchTemplateData: { UserData: string } }[];
  }>('ec2', 'describe_launch_template_versions', { LaunchTemplateId: id });
  return LaunchTemplateVersions[0]!.LaunchTemplateData;
}

t.test('stacks made in moto', { skip: skipWithoutMoto() }, async (t) => {
  const moto = await startMoto();
  t.teardown(() => moto.stop());
  const aws = startCalls(moto.url);
  t.teardown(() => aws.stop());
  await prepare(aws, FULL);
  await t.test('the user-data reads back as bash without expressions', (t) => readsBack(t, aws));
  await t.test('rules of routes on one side, before the last', (t) => hasRules(t, aws));
  await t.test('the failover function moves the weights of its rule and back', (t) =>
    failsOver(t, aws, moto.url),
  );
});

async function readsBack(t: Test, aws: Aws): Promise<void> {
  const emitted = emitTopology(FULL);
  const outputs = await createStack(aws, 'omega-test', emitted);
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
      .replaceAll('{"Ref":"AWS::Region"}', 'us-east-1')
      .replace('{"Ref":"AWS::URLSuffix"}', 'amazonaws.com')
      .replace('{"Ref":"AWS::StackName"}', 'omega-test')
      .replace('{"Ref":"RootDevice"}', '/dev/sda1'),
    'every expression is resolved and nothing else has changed',
  );

  const fn = await aws.call<{ Configuration: unknown }>('lambda', 'get_function', {
    FunctionName: outputs.OnUpload2FunctionName,
  });
  t.match(fn.Configuration, {
    Handler: 'on-upload_2',
    Runtime: 'provided.al2023',
    Timeout: 60,
    Environment: { Variables: FULL.environment },
  });
}

interface Rule {
  readonly Priority: string;
  readonly Conditions: {
    Field: string;
    PathPatternConfig?: { Values: string[] };
    HttpRequestMethodConfig?: { Values: string[] };
  }[];
  readonly Actions: { ForwardConfig?: { TargetGroups: unknown[] }; TargetGroupArn?: string }[];
}

async function hasRules(t: Test, aws: Aws): Promise<void> {
  const outputs = await createStack(aws, 'omega-apart', emitTopology(PLACED['routes-apart']!));
  t.equal(outputs.StackStatus, 'CREATE_COMPLETE');
  const { LoadBalancers } = await aws.call<{ LoadBalancers: { LoadBalancerArn: string; DNSName: string }[] }>(
    'elbv2',
    'describe_load_balancers',
  );
  const { LoadBalancerArn } = LoadBalancers.find(({ DNSName }) => DNSName === outputs.LoadBalancerDnsName)!;
  const { Listeners } = await aws.call<{ Listeners: { ListenerArn: string }[] }>(
    'elbv2',
    'describe_listeners',
    {
      LoadBalancerArn,
    },
  );
  const { Rules } = await aws.call<{ Rules: Rule[] }>('elbv2', 'describe_rules', {
    ListenerArn: Listeners[0]!.ListenerArn,
  });
  const order = ({ Priority }: Rule) =>
    Priority === 'default' ? Number.POSITIVE_INFINITY : Number(Priority);
  const seen = Rules.toSorted((a, b) => order(a) - order(b)).map(({ Priority, Conditions }) => [
    Priority,
    ...Conditions.flatMap((each) => (each.PathPatternConfig ?? each.HttpRequestMethodConfig)?.Values ?? []),
  ]);
  t.same(seen, [
    ['1', '/files/*', '/reports/*', '/users/*/orders'],
    ['2', '/users/*', 'GET', 'HEAD', 'OPTIONS'],
    ['3', '/users/*', 'POST'],
    ['50000', '/*'],
    ['default'],
  ]);
}

/** Stack behind a load balancer, with a certificate and a zone of moto's own. */
async function balancedStack(aws: Aws): Promise<Record<string, string>> {
  const DomainName = SHIFTED.domainName;
  const { CertificateArn } = await aws.call<{ CertificateArn: string }>('acm', 'request_certificate', {
    DomainName,
  });
  const { HostedZone } = await aws.call<{ HostedZone: { Id: string } }>('route53', 'create_hosted_zone', {
    Name: DomainName,
    CallerReference: 'x',
  });
  const emitted = emitTopology({ ...SHIFTED, certificateArn: CertificateArn });
  // moto knows no attributes of an alarm.
  const arn = 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:x';
  const alarm = /\{\s*"Fn::GetAtt": \[\s*"NoHealthyInstance",\s*"Arn"\s*\]\s*\}/;
  const templateText = emitted.templateText
    .replace(alarm, JSON.stringify(arn))
    // Its zones have other ids than Route 53's.
    .replaceAll(SHIFTED.hostedZoneId!, HostedZone.Id.replace('/hostedzone/', ''));
  return createStack(aws, 'omega-balanced', { ...emitted, templateText });
}

async function failsOver(t: Test, aws: Aws, url: string): Promise<void> {
  const outputs = await balancedStack(aws);
  t.equal(outputs.StackStatus, 'CREATE_COMPLETE');
  t.match(outputs.LoadBalancerDnsName, /elb\.amazonaws\.com$/);
  const away = { weights: { instance: 0, lambda: 100 }, sticky: null };
  const shared = { weights: { instance: 90, lambda: 10 }, sticky: 300 };
  t.same(await runFailover(FAILOVER_CODE, url), [
    ['at first', shared],
    ['ALARM', away],
    ['INSUFFICIENT_DATA', away],
    ['OK', shared],
  ]);
}
