import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { emitTopology, mergeGroups, type TopologyOptions } from '../../infra/index.ts';
import type { TemplateResource } from '../../infra/intrinsics.ts';
import { templateProblems } from '../../infra/template/decorate.ts';
import { FULL, SAMPLE } from './sample.ts';
import { check, skipWithout, walk } from './tools.ts';
import { SECURE, SHIFTED, VARIANTS } from './variants.ts';

type Properties = Record<string, unknown>;

const resources = (options: TopologyOptions): Record<string, TemplateResource> =>
  emitTopology(options).template.Resources;
const ofType = (options: TopologyOptions, type: string): [string, Properties][] =>
  Object.entries(resources(options))
    .filter(([, { Type }]) => Type === type)
    .map(([name, { Properties }]) => [name, Properties as Properties]);

const EVENTS_ONLY = VARIANTS['events-only']!;

// One process for all of them: most of its time is its start.
t.test('cfn-lint finds nothing', { skip: skipWithout('cfn-lint') }, async (t) => {
  const dir = t.testdir();
  const files = Object.entries(VARIANTS).map(([name, options]) => {
    const file = join(dir, `${name}.json`);
    writeFileSync(file, emitTopology(options).templateText);
    return file;
  });
  t.same(check('cfn-lint', ['-r', 'us-east-1', '--', ...files]), { status: 0, output: '' });
});

t.test('the same options give the same bytes', async (t) => {
  for (const [name, options] of Object.entries(VARIANTS))
    t.equal(emitTopology(options).templateText, emitTopology(structuredClone(options)).templateText, name);
});

t.test('there is no dangling reference', async (t) => {
  for (const [name, options] of Object.entries(VARIANTS))
    t.same(templateProblems({ ...emitTopology(options).template }), [], name);
});

const CHANGES: Record<string, Partial<TopologyOptions>> = {
  'another artifact': { s3Key: 'omega/app-4567.zip' },
  'another content under the same key': { sha256: '1'.repeat(64) },
  'another environment': { environment: { STAGE: 'prod' } },
  'another port': { port: 8080 },
  'another readiness path': { readinessPath: '/ready' },
  'another drain': { stopwaitsecs: 90 },
  'another rotation of the logs': { logRotation: { maxBytes: 1, backups: 1 } },
  'a load balancer': { alb: 'internal', trustProxy: ['10.0.0.0/16'] },
  'a certificate': { tlsSecretArn: SECURE.tlsSecretArn! },
  'forwarded logs': { logs: true },
};

t.test('every change of artifact or configuration makes another launch template', async (t) => {
  const launch = (options: TopologyOptions) => resources(options).LaunchTemplate;
  for (const [what, change] of Object.entries(CHANGES))
    t.notSame(launch({ ...SAMPLE, ...change }), launch(SAMPLE), what);
  t.notSame(launch({ ...SECURE, tlsSecretVersion: 'f'.repeat(32) }), launch(SECURE), 'a new certificate');
  t.same(launch({ ...SAMPLE, memorySize: 1024, timeout: 60 }), launch(SAMPLE), "Lambda's settings do not");
  const shifted = { ...SHIFTED, ec2Weight: 10, lambdaWeight: 90 };
  t.same(launch(shifted), launch(SHIFTED), 'a shift of traffic does not');
});

t.test('one function per handler, and one for the routes', async (t) => {
  const functions = ofType(SAMPLE, 'AWS::Lambda::Function');
  t.same(
    functions.map(([name, { Handler }]) => [name, Handler]),
    [
      ['HttpFunction', 'http'],
      ['HelloFunction', 'hello'],
      ['OnUpload2Function', 'on-upload_2'],
    ],
  );
  for (const [name, properties] of functions) {
    t.match(properties, {
      Runtime: 'provided.al2023',
      Architectures: ['x86_64'],
      Code: { S3Bucket: 'my-artifacts', S3Key: 'omega/app-0123.zip' },
      Role: { 'Fn::GetAtt': [`${name}Role`, 'Arn'] },
      LoggingConfig: { LogGroup: { Ref: `${name}Logs` } },
    });
    t.notOk('Environment' in properties);
  }
  t.same(
    ofType(EVENTS_ONLY, 'AWS::Lambda::Function').map(([name]) => name),
    ['OnlyFunction'],
  );
  const [, full] = ofType(FULL, 'AWS::Lambda::Function')[0]!;
  t.match(full, { MemorySize: 1024, Timeout: 60, Environment: { Variables: FULL.environment } });
  t.same(ofType(FULL, 'AWS::Logs::LogGroup')[0], ['HttpFunctionLogs', { RetentionInDays: 7 }]);
});

t.test('every statement of every policy, exactly', async (t) => {
  const statements = ofType(FULL, 'AWS::IAM::Role').map(([name, role]) => {
    const [policy, ...more] = role.Policies as { PolicyDocument: { Statement: unknown[] } }[];
    t.same(more, [], 'one policy');
    t.notOk('ManagedPolicyArns' in role);
    return [name, policy!.PolicyDocument.Statement];
  });
  const writesOwnLog = (name: string) => [
    `${name}Role`,
    [
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: [{ 'Fn::GetAtt': [`${name}Logs`, 'Arn'] }],
      },
    ],
  ];
  t.same(statements, [
    ...['HttpFunction', 'HelloFunction', 'OnUpload2Function'].map(writesOwnLog),
    [
      'InstanceRole',
      [
        {
          Effect: 'Allow',
          Action: ['s3:GetObject'],
          Resource: [{ 'Fn::Sub': `arn:$\{AWS::Partition}:s3:::my-artifacts/omega/app-0123.zip` }],
        },
        { Effect: 'Allow', Action: ['cloudformation:SignalResource'], Resource: [{ Ref: 'AWS::StackId' }] },
      ],
    ],
  ]);
});

t.test('no wildcard in any action, resource or principal, but for a URL open to all', async (t) => {
  const seen: unknown[] = [];
  for (const [name, options] of Object.entries(VARIANTS)) {
    for (const [path, value] of walk(emitTopology(options).template)) {
      const within = path.findLast((key) => /^(Not)?(Action|Resource|Principal)$/.test(key));
      if (within === undefined || typeof value !== 'string') continue;
      seen.push(value);
      if (options.functionUrl === 'open' && value === '*') t.match(path[1], /^HttpFunctionUrl/);
      else t.notMatch(value, /[*?]/, `${name} ${path.join('.')}`);
    }
  }
  t.ok(seen.includes('s3:GetObject') && seen.includes('ec2.amazonaws.com'), 'the walk has seen policies');
  t.equal(seen.filter((value) => value === '*').length, 2, 'the two permissions of the open URL');
});

t.test('no port is open by itself; SSH only with a key and a range', async (t) => {
  const { template } = emitTopology(SAMPLE);
  t.same(
    ofType(SAMPLE, 'AWS::EC2::SecurityGroupIngress').map(([name, p]) => [
      name,
      p.FromPort,
      p.ToPort,
      p.CidrIp,
    ]),
    [['AppIngress', 9999, 9999, { Ref: 'AppCidr' }]],
  );
  t.equal(template.Parameters.AppCidr!.Default, '', 'closed unless a range is given');
  t.equal(template.Resources.AppIngress!.Condition, 'AppIsOpen');
  t.same(template.Conditions.AppIsOpen, { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AppCidr' }, ''] }] });
  t.notMatch(emitTopology(SAMPLE).templateText, /KeyName|SshCidr|SshIngress/);
  t.notOk('SecurityGroupIngress' in ofType(SAMPLE, 'AWS::EC2::SecurityGroup')[0]![1]);

  const withKey = emitTopology({ ...SAMPLE, key: 'ops' }).template;
  t.match(withKey.Parameters, { KeyName: { Default: 'ops' }, SshCidr: { Default: '' } });
  t.match(withKey.Resources.LaunchTemplate, {
    Properties: { LaunchTemplateData: { KeyName: { Ref: 'KeyName' } } },
  });
  t.match(withKey.Resources.SshIngress, { Condition: 'SshIsOpen', Properties: { FromPort: 22, ToPort: 22 } });

  const full = emitTopology(FULL).template;
  t.match(full.Parameters, { SshCidr: { Default: '10.1.0.0/16' }, AppCidr: { Default: '0.0.0.0/0' } });
  t.match(full.Resources.AppIngress, { Properties: { FromPort: 8080, ToPort: 8080 } });
  const ssh = new RegExp(full.Parameters.SshCidr!.AllowedPattern!);
  t.same(
    ['', '10.0.0.0/8', '1.2.3.4/32', '0.0.0.0/0', '10.0.0.0', '1.2.3.4/33'].map((range) => ssh.test(range)),
    [true, true, true, false, false, false],
  );
});

t.test('instances: IMDSv2 with one hop, encrypted gp3, image by SSM parameter', async (t) => {
  const { template } = emitTopology(SAMPLE);
  t.match(template.Resources.LaunchTemplate!.Properties, {
    LaunchTemplateData: {
      ImageId: { 'Fn::If': ['ImageIsPinned', { Ref: 'PinnedImageId' }, { Ref: 'ImageId' }] },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      BlockDeviceMappings: [
        {
          DeviceName: { Ref: 'RootDevice' },
          Ebs: { VolumeType: 'gp3', Encrypted: true, VolumeSize: { Ref: 'RootVolumeSize' } },
        },
      ],
      IamInstanceProfile: { Arn: { 'Fn::GetAtt': ['InstanceProfile', 'Arn'] } },
      UserData: { 'Fn::Base64': { 'Fn::Join': ['', Array] } },
    },
  });
  t.match(template.Parameters, {
    ImageId: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /ubuntu\/server\/24\.04/ },
    VpcId: { Type: 'AWS::EC2::VPC::Id' },
    SubnetIds: { Type: 'List<AWS::EC2::Subnet::Id>' },
    MaxSize: { MinValue: 2, Default: 2 },
    PinnedImageId: { Default: '' },
    RootDevice: { Default: '/dev/sda1' },
  });
});

t.test('the group rolls, waits for signals and always takes the latest launch template', async (t) => {
  const group = emitTopology(SAMPLE).template.Resources.AutoScalingGroup!;
  t.match(group, {
    CreationPolicy: { ResourceSignal: { Count: { Ref: 'MinSize' }, Timeout: /^PT\d+M$/ } },
    UpdatePolicy: {
      AutoScalingRollingUpdate: {
        MinInstancesInService: 1,
        WaitOnResourceSignals: true,
        // An instance refresh meanwhile would replace what this one has just made.
        SuspendProcesses: [
          'HealthCheck',
          'ReplaceUnhealthy',
          'AZRebalance',
          'AlarmNotification',
          'ScheduledActions',
          'InstanceRefresh',
        ],
      },
    },
    Properties: { LaunchTemplate: { Version: { 'Fn::GetAtt': ['LaunchTemplate', 'LatestVersionNumber'] } } },
  });
});

t.test('outputs', async (t) => {
  t.same(Object.keys(emitTopology(SAMPLE).template.Outputs), [
    'SecurityGroupId',
    'HttpFunctionName',
    'HelloFunctionName',
    'OnUpload2FunctionName',
    'AutoScalingGroupName',
    'LaunchTemplateId',
    'InstanceRoleArn',
  ]);
});

const withFunctions = (...functions: string[]) => ({ ...SAMPLE, service: { ...SAMPLE.service, functions } });

t.test('logical names that collide or cannot be made are refused by name', async (t) => {
  t.throws(
    () => emitTopology(withFunctions('on-upload', 'onUpload', 'on_upload')),
    /"on-upload" and "onUpload" both become the logical name OnUploadFunction/,
  );
  t.throws(() => emitTopology(withFunctions('http')), /"http" and "http" both/);
  t.throws(() => emitTopology(withFunctions('---')), /function "---": no logical name/);
  t.throws(() => emitTopology(withFunctions('a b')), /function "a b" is no Handler/);
});

t.test('merging groups: name clashes and limits are refused', async (t) => {
  const parameter = { Type: 'String', Description: 'x' };
  const thing = { Type: 'X', Properties: {} };
  t.throws(
    () => mergeGroups('', [{ Parameters: { Name: parameter } }, { Resources: { Name: thing } }]),
    /Name comes twice \(Parameters and Resources\)/,
  );
  t.throws(() => mergeGroups('', [{ Resources: { 'a-b': thing } }]), /"a-b" is not an alphanumeric/);
  const many = Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`R${i}`, thing]));
  t.throws(() => mergeGroups('', [{ Resources: many }]), /501 Resources; CloudFormation allows 500/);
});
