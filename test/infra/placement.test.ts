import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { emitTopology, type Template, type TopologyOptions } from '../../infra/index.ts';
import {
  cloudWatchLogs,
  codeCommit,
  eventBridge,
  kinesis,
  s3,
  schedule,
  ses,
  sns,
  sqs,
} from '../../src/adapters/lambda/sources/events/index.ts';
import {
  grantsOf,
  namesOf,
  optionsOf,
  type Placed,
  propertiesOf,
  type Source,
  statementsOf,
} from './placed.ts';
import { SAMPLE } from './sample.ts';
import { check, skipWithout, walk } from './tools.ts';
import { BALANCED, PLACED } from './variants.ts';

const arn = (service: string, name: string) => `arn:aws:${service}:eu-west-1:123456789012:${name}`;
const att = (name: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [name, attribute] });
const KEY = arn('kms', 'key/0b1c2d3e-0000-4000-8000-000000000000');
const ACCOUNT = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };

const templateOf = (handlers: Record<string, Placed>, routes = {}): Template =>
  emitTopology(optionsOf(handlers, routes)).template;

/** What the template has for one source on instances. */
const fed = (source: Source) => templateOf({ work: { source } });

const policyOf = (template: Template) =>
  (propertiesOf(template, 'WorkQueuePolicy').PolicyDocument as { Statement: object[] }).Statement;

t.test('cfn-lint finds nothing in any placement', { skip: skipWithout('cfn-lint') }, async (t) => {
  const dir = t.testdir();
  const files = Object.entries(PLACED).map(([name, options]) => {
    const file = join(dir, `${name}.json`);
    writeFileSync(file, emitTopology(options).templateText);
    return file;
  });
  t.same(check('cfn-lint', ['-r', 'us-east-1', '--', ...files]), { status: 0, output: '' });
});

t.test('a function on instances: a queue with dead letters, and nothing of Lambda', async (t) => {
  const template = templateOf({ work: {} });
  t.same(namesOf(template, 'AWS::Lambda::Function'), []);
  t.same(namesOf(template, 'AWS::Logs::LogGroup'), []);
  const queue = propertiesOf(template, 'WorkQueue');
  t.match(queue, {
    VisibilityTimeout: 60,
    MessageRetentionPeriod: 14 * 86_400,
    SqsManagedSseEnabled: true,
    RedrivePolicy: { deadLetterTargetArn: att('WorkDeadLetters'), maxReceiveCount: 5 },
  });
  const [text, values] = (queue.QueueName as { 'Fn::Sub': [string, object] })['Fn::Sub'];
  t.equal(text, 'omega-Work-$' + '{Stack}');
  t.match(propertiesOf(template, 'WorkDeadLetters'), {
    MessageRetentionPeriod: 14 * 86_400,
    SqsManagedSseEnabled: true,
    RedriveAllowPolicy: {
      redrivePermission: 'byQueue',
      sourceQueueArns: [{ 'Fn::Sub': [/:sqs:.*:\$\{Queue\}$/, { Queue: { 'Fn::Sub': [text, values] } }] }],
    },
  });
  t.match(template.Outputs, {
    WorkQueueUrl: { Value: { Ref: 'WorkQueue' } },
    WorkQueueArn: { Value: att('WorkQueue') },
  });
  t.notOk('WorkQueuePolicy' in template.Resources, 'whoever sends has a grant of its own');
});

t.test('names of queues are the handlers own, at most 80 characters', async (t) => {
  const long = 'a'.repeat(120);
  const template = templateOf({ [`${long}x`]: {}, [`${long}y`]: {} });
  const names = namesOf(template, 'AWS::SQS::Queue').flatMap((name) => {
    const given = propertiesOf(template, name).QueueName as { 'Fn::Sub': [string] } | undefined;
    return given === undefined ? [] : [given['Fn::Sub'][0].replace('$' + '{Stack}', '01234567')];
  });
  t.equal(new Set(names).size, 2, 'apart although they differ at their end only');
  for (const name of names) t.match(name, /^[A-Za-z0-9_-]{1,80}$/);
});

t.test('the worker polls what is on instances, and may do that only', async (t) => {
  const own = arn('sqs', 'orders');
  const { template, supervisordConf } = emitTopology(
    optionsOf({
      orders: { source: sqs({ queue: own, kmsKey: KEY }) },
      render: {},
      other: { runOn: 'lambda' },
    }),
  );
  t.same(grantsOf(template, 'InstanceRole'), [
    [
      'sqs:ReceiveMessage,sqs:DeleteMessage,sqs:ChangeMessageVisibility,sqs:GetQueueAttributes',
      [own, att('RenderQueue')],
    ],
    ['kms:Decrypt', [KEY]],
  ]);
  t.same(namesOf(template, 'AWS::Lambda::EventSourceMapping'), []);
  t.same(namesOf(template, 'AWS::SQS::Queue'), ['RenderDeadLetters', 'RenderQueue']);
  t.match(
    supervisordConf,
    `AMPHI_QUEUES='{"orders":"${own}","render":"{"Fn::GetAtt":["RenderQueue","Arn"]}"}'`,
  );
  t.match(supervisordConf, 'AWS_REGION="{"Ref":"AWS::Region"}"');
});

t.test('sqs on both sides: the mapping as in Lambda, and the worker', async (t) => {
  const queue = { parameter: 'QueueArn' };
  const template = templateOf({ work: { source: sqs({ queue }), runOn: 'both' } });
  t.match(propertiesOf(template, 'WorkTriggerMapping'), { EventSourceArn: { Ref: 'QueueArn' } });
  t.match(grantsOf(template, 'InstanceRole'), [[/^sqs:ReceiveMessage/, [{ Ref: 'QueueArn' }]]]);
  t.same(template.Parameters.QueueArn, { Type: 'String', Description: 'The queue of work' });
  t.ok('WorkFunction' in template.Resources);
});

t.test('what is pushed goes to the queue, and only its sender gets in', async (t) => {
  const topic = arn('sns', 'orders');
  const subscribed = fed(sns({ topic, filter: { kind: ['order'] } }));
  t.same(subscribed.Resources.WorkTriggerSubscription, {
    Type: 'AWS::SNS::Subscription',
    DependsOn: 'WorkQueuePolicy',
    Properties: {
      Protocol: 'sqs',
      TopicArn: topic,
      Endpoint: att('WorkQueue'),
      Region: 'eu-west-1',
      FilterPolicy: { kind: ['order'] },
    },
  });
  t.same(policyOf(subscribed), [
    {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: att('WorkQueue'),
      Condition: { ArnEquals: { 'aws:SourceArn': topic } },
    },
  ]);
  const rules: [Source, object][] = [
    [eventBridge({ pattern: { source: ['orders'] }, bus: 'shop' }), { EventBusName: 'shop' }],
    [schedule({ expression: 'rate(1 hour)', input: { a: 1 } }), { Targets: [{ Input: '{"a":1}' }] }],
    [
      codeCommit({ repository: arn('codecommit', 'website') }),
      { EventPattern: { source: ['aws.codecommit'] } },
    ],
  ];
  for (const [source, properties] of rules) {
    const template = fed(source);
    t.match(propertiesOf(template, 'WorkTriggerRule'), {
      ...properties,
      Targets: [{ Id: 'Queue', Arn: att('WorkQueue') }],
    });
    t.match(policyOf(template), [
      {
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': att('WorkTriggerRule') } },
      },
    ]);
    t.same(namesOf(template, 'AWS::Lambda::Permission'), []);
    t.notOk('WorkQueueUrl' in template.Outputs, 'nobody has to send by hand');
  }
});

t.test('s3 on instances: a created bucket notifies the queue, an existing one by rules', async (t) => {
  const created = fed(s3({ bucket: { create: true }, suffix: '.csv' }));
  t.equal(created.Resources.WorkTriggerBucket!.DependsOn, 'WorkQueuePolicy');
  t.match(propertiesOf(created, 'WorkTriggerBucket').NotificationConfiguration, {
    QueueConfigurations: [
      {
        Event: 's3:ObjectCreated:*',
        Queue: att('WorkQueue'),
        Filter: { S3Key: { Rules: [{ Name: 'suffix', Value: '.csv' }] } },
      },
    ],
  });
  const { BucketName } = propertiesOf(created, 'WorkTriggerBucket');
  t.match(policyOf(created), [
    {
      Principal: { Service: 's3.amazonaws.com' },
      Condition: {
        // By name: by reference bucket and policy would need each other first.
        ArnEquals: {
          'aws:SourceArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::', BucketName]] },
        },
        ...ACCOUNT,
      },
    },
  ]);
  const events = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'];
  const existing = fed(s3({ bucket: 'uploads', events }));
  t.same(
    policyOf(existing).map((statement) => (statement as { Condition: unknown }).Condition),
    ['WorkTriggerObjectCreatedRule', 'WorkTriggerObjectRemovedRule'].map((rule) => ({
      ArnEquals: { 'aws:SourceArn': att(rule) },
    })),
  );
});

t.test('logs and mails reach the queue by a function that forwards them', async (t) => {
  for (const [source, principal] of [
    [cloudWatchLogs({ logGroup: '/orders/web' }), 'logs.amazonaws.com'],
    [ses({ ruleSet: 'inbound' }), 'ses.amazonaws.com'],
    [ses(), 'ses.amazonaws.com'],
  ] as const) {
    const template = fed(source);
    t.same(namesOf(template, 'AWS::Lambda::Function'), ['WorkForwarder']);
    t.match(propertiesOf(template, 'WorkForwarder'), {
      Runtime: /^python3/,
      Environment: { Variables: { QUEUE: { Ref: 'WorkQueue' } } },
      LoggingConfig: { LogGroup: { Ref: 'WorkForwarderLogs' } },
    });
    t.match(propertiesOf(template, 'WorkTriggerPermission'), {
      FunctionName: att('WorkForwarder'),
      Principal: principal,
    });
    const [policy] = propertiesOf(template, 'WorkForwarderRole').Policies as [Record<string, unknown>];
    t.same(statementsOf(policy), [
      ['sqs:SendMessage', [att('WorkQueue')]],
      ['logs:CreateLogStream,logs:PutLogEvents', [att('WorkForwarderLogs')]],
    ]);
    t.notOk('WorkQueuePolicy' in template.Resources, 'the role is all that it needs');
  }
  const own = cloudWatchLogs({ logGroup: { Ref: 'WorkForwarderLogs' } });
  t.throws(() => fed(own), /it would be triggered by its own log/);
});

t.test('a source without a trigger gets its queue, and outputs to wire it by hand', async (t) => {
  const template = fed(s3());
  t.match(template.Outputs, { WorkQueueUrl: {}, WorkQueueArn: {} });
  t.same(namesOf(template, 'AWS::SQS::QueuePolicy'), []);
});

t.test('what cannot run on instances is named, all of it at once', async (t) => {
  t.throws(
    () =>
      templateOf({
        bare: { source: sqs() },
        filtered: { source: sqs({ queue: arn('sqs', 'q'), filters: [{ body: { a: [1] } }] }), runOn: 'both' },
        caller: { invokes: ['nobody'] },
      }),
    {
      name: 'ProvisionError',
      problems: [
        'function "bare": queue: without it there is nothing to poll on instances',
        'function "filtered": filters: the worker on instances takes every message; only Lambda filters',
        'function "caller": invokes "nobody", which is no function of the service',
      ],
    },
  );
  const stream = kinesis({ stream: arn('kinesis', 'stream/orders') });
  t.throws(() => fed(stream), { message: 'function "work": kinesis events cannot reach instances' });
});

const variablesOf = (template: Template, name: string) =>
  (propertiesOf(template, name).Environment as { Variables: Record<string, unknown> } | undefined)?.Variables;

t.test('targets: functions by their ARN, those on instances alone by their queue', async (t) => {
  const { template, supervisordConf } = emitTopology(
    optionsOf(
      {
        inLambda: { runOn: 'lambda', invokes: ['onMachine', 'inLambda'] },
        everywhere: { runOn: 'both' },
        onMachine: { runOn: 'instances', invokes: ['inLambda'] },
        quiet: { runOn: 'lambda' },
      },
      {
        'POST /a': { runOn: 'lambda', invokes: ['onMachine'] },
        'POST /b': { runOn: 'instances', invokes: ['everywhere'] },
        'POST /c': { runOn: 'both', invokes: ['everywhere'] },
      },
    ),
  );
  const targets = (name: string) => variablesOf(template, name)?.AMPHI_TARGETS;
  const json = (...parts: unknown[]) => ({ 'Fn::Join': ['', parts] });
  t.same(targets('InLambdaFunction'), json('{"onMachine":"', att('OnMachineQueue'), '"}'));
  t.same(
    targets('HttpFunction'),
    json('{"onMachine":"', att('OnMachineQueue'), '","everywhere":"', att('EverywhereFunction'), '"}'),
  );
  t.equal(variablesOf(template, 'QuietFunction'), undefined);
  t.match(
    supervisordConf,
    `AMPHI_TARGETS='{"everywhere":"{"Fn::GetAtt":["EverywhereFunction","Arn"]}","inLambda":"{"Fn::GetAtt":["InLambdaFunction","Arn"]}"}'`,
  );

  t.same(grantsOf(template, 'InLambdaFunctionRole'), [['sqs:SendMessage', [att('OnMachineQueue')]]]);
  t.same(
    statementsOf(propertiesOf(template, 'InLambdaFunctionPolicy')),
    [['lambda:InvokeFunction', [att('InLambdaFunction')]]],
    'of itself in a policy of its own: in its role it would be a circle',
  );
  t.same(grantsOf(template, 'HttpFunctionRole'), [
    ['lambda:InvokeFunction', [att('EverywhereFunction')]],
    ['sqs:SendMessage', [att('OnMachineQueue')]],
  ]);
  t.same(grantsOf(template, 'InstanceRole').slice(1), [
    ['lambda:InvokeFunction', [att('EverywhereFunction'), att('InLambdaFunction')]],
  ]);
  t.same(grantsOf(template, 'QuietFunctionRole'), []);
});

t.test('instances have targets in any case, none is {}', async (t) => {
  t.match(emitTopology(SAMPLE).supervisordConf, 'AMPHI_TARGETS="{}"');
});

t.test('a circle of Lambda functions is named with the way out; through a queue it is none', async (t) => {
  const circle = (runOn: Placed['runOn']) => ({
    a: { runOn: 'lambda', invokes: ['b', 'a'] } as const,
    b: { runOn: 'lambda', invokes: ['c'] } as const,
    c: { runOn, invokes: ['a'] },
    d: { runOn: 'lambda', invokes: ['b'] } as const,
  });
  t.throws(() => templateOf(circle('lambda')), {
    name: 'ProvisionError',
    problems: [
      /^the Lambda functions "a" -> "b" -> "c" -> "a" invoke each other in a circle.*place one of them on instances/,
    ],
  });
  t.throws(() => templateOf(circle('both')), /in a circle/);
  t.doesNotThrow(() => templateOf(circle('instances')));
});

t.test('permissions go to the role of each side on which the handler runs', async (t) => {
  const may = (action: string, ...resources: (string | Record<string, unknown>)[]) => ({
    permissions: [{ actions: [action], resources }],
  });
  const bucket = { 'Fn::Sub': '$' + '{OnUploadTriggerBucket.Arn}/*' };
  const template = templateOf(
    {
      lambdaOnly: { runOn: 'lambda', ...may('s3:GetObject', arn('s3', 'a')) },
      machineOnly: { runOn: 'instances', ...may('s3:PutObject', { parameter: 'Reports' }) },
      onUpload: { runOn: 'lambda', source: s3({ bucket: { create: true } }), ...may('s3:GetObject', bucket) },
      twice: { runOn: 'both', ...may('s3:GetObject', arn('s3', 'a'), bucket) },
    },
    { 'GET /': { runOn: 'both', ...may('dynamodb:GetItem', arn('dynamodb', 'table/t')) } },
  );
  t.same(grantsOf(template, 'LambdaOnlyFunctionRole'), [['s3:GetObject', [arn('s3', 'a')]]]);
  t.same(grantsOf(template, 'HttpFunctionRole'), [['dynamodb:GetItem', [arn('dynamodb', 'table/t')]]]);
  t.same(grantsOf(template, 'InstanceRole').slice(1), [
    ['dynamodb:GetItem', [arn('dynamodb', 'table/t')]],
    ['s3:PutObject', [{ Ref: 'Reports' }]],
    ['s3:GetObject', [arn('s3', 'a')]],
  ]);
  t.ok('Reports' in template.Parameters);
  // The bucket needs the function first, the function its role: only a policy can come after all of them.
  t.same(grantsOf(template, 'OnUploadFunctionRole'), []);
  for (const [policy, role] of [
    ['OnUploadFunctionPolicy', 'OnUploadFunctionRole'],
    ['InstancePolicy', 'InstanceRole'],
  ] as const) {
    t.same(statementsOf(propertiesOf(template, policy)), [['s3:GetObject', [bucket]]]);
    t.same(propertiesOf(template, policy).Roles, [{ Ref: role }]);
  }
  const wrong = { work: may('s3:GetObject', { Nonsense: 'x' }) };
  t.throws(() => templateOf(wrong), /^function "work": permissions: Nonsense is not supported/);
});

t.test('secrets: references to both sides, exact leave, no value', async (t) => {
  const managed = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/db-AbCdEf';
  const secrets = {
    DB: managed,
    TOKEN: '/shop/token',
    OTHER: 'arn:aws:ssm:us-east-1:123456789012:parameter/other',
  };
  const { template, supervisordConf } = emitTopology({ ...SAMPLE, secrets });
  const json = JSON.stringify(secrets);
  t.equal(variablesOf(template, 'HelloFunction')?.AMPHI_SECRETS, json);
  t.match(supervisordConf, `AMPHI_SECRETS='${json}'`);
  const token =
    'arn:$' + '{AWS::Partition}:ssm:$' + '{AWS::Region}:$' + '{AWS::AccountId}:parameter/shop/token';
  for (const role of ['HelloFunctionRole', 'InstanceRole'])
    t.same(grantsOf(template, role), [
      ['secretsmanager:GetSecretValue', [managed]],
      ['ssm:GetParameters', [{ 'Fn::Sub': token }, secrets.OTHER]],
    ]);
  const bad = {
    AWS_X: managed,
    AMPHI_QUEUES: managed,
    DB: 'two words',
    CUT: managed.slice(0, -7),
    STAGE: managed,
  };
  t.throws(() => emitTopology({ ...SAMPLE, secrets: bad, environment: { STAGE: 'x' } }), {
    name: 'ProvisionError',
    problems: [
      '--secret AWS_X: the name is reserved by AWS Lambda',
      '--secret AMPHI_QUEUES: the name is taken by the template itself',
      /^--secret DB: "two words" is neither the whole ARN/,
      /^--secret CUT: .* is neither the whole ARN/,
      '--env STAGE and --secret STAGE: give one of them',
    ],
  });
});

t.test('an environment that targets make too large for Lambda is refused with its size', async (t) => {
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`fn${i}`, { runOn: 'lambda' } as const]),
  );
  const caller = { runOn: 'lambda', invokes: Object.keys(many) } as const;
  t.throws(
    () => templateOf({ ...many, caller }),
    /function "caller": its environment may have \d{4} bytes.* 4096/,
  );
});

const LAMBDA_ONLY = optionsOf({ work: { runOn: 'lambda' } }, { 'GET /': { runOn: 'lambda' } });
const MACHINES_ONLY = optionsOf({ work: {} }, { 'GET /': { runOn: 'instances' } });

t.test('nothing on instances: no instances, nor what is for them', async (t) => {
  const { template, userData, userDataBytes, supervisordConf } = emitTopology(LAMBDA_ONLY);
  t.same(template.Parameters, {});
  t.notMatch(JSON.stringify(template), /EC2|AutoScaling|SecurityGroup/);
  t.same([userData, userDataBytes, supervisordConf], ['', 0, '']);
  const flags = {
    port: 8080,
    key: 'ops',
    logs: true,
    tlsSecretArn: arn('secretsmanager', 'secret:a-AbCdEf'),
  };
  t.throws(() => emitTopology({ ...LAMBDA_ONLY, ...flags, appCidr: '10.0.0.0/8' }), {
    name: 'ProvisionError',
    problems: [
      '--logs is for instances, and nothing runs there',
      '--port is for the HTTP server on instances, and no route runs there',
      '--appCidr opens the HTTP server on instances or a load balancer, and there is none of them',
      '--key is for instances, and nothing runs there',
      '--tlsSecretArn is for the HTTP server on instances, and no route runs there',
    ],
  });
});

t.test('a load balancer before Lambda alone', async (t) => {
  const options: TopologyOptions = { ...LAMBDA_ONLY, alb: 'internal', appCidr: '10.0.0.0/8' };
  const { template } = emitTopology(options);
  t.same(namesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup'), ['LambdaTargets']);
  t.same(Object.keys(template.Parameters).sort(), ['AlbSubnetIds', 'AppCidr', 'VpcId']);
  t.same(propertiesOf(template, 'TrafficRule').Actions, [
    { Type: 'forward', TargetGroupArn: { Ref: 'LambdaTargets' } },
  ]);
  t.match(propertiesOf(template, 'AlbSecurityGroup').SecurityGroupEgress, [{ CidrIp: '127.0.0.1/32' }]);
  t.throws(() => emitTopology({ ...options, ec2Weight: 50, failover: 'rule' }), {
    name: 'ProvisionError',
    problems: ['--ec2Weight', '--failover'].map(
      (flag) => `${flag} is for routes that run on both sides, and there is none`,
    ),
  });
});

t.test('everything on instances: no function, nor what is for them', async (t) => {
  const { template } = emitTopology({ ...MACHINES_ONLY, alb: 'internal', trustProxy: ['10.0.0.0/16'] });
  t.notMatch(JSON.stringify(template.Resources), /Lambda/);
  t.same(propertiesOf(template, 'TrafficRule').Actions, [
    { Type: 'forward', TargetGroupArn: { Ref: 'InstanceTargets' } },
  ]);
  t.throws(() => emitTopology({ ...MACHINES_ONLY, memorySize: 512, functionUrl: 'iam' }), {
    name: 'ProvisionError',
    problems: [
      '--memorySize is for Lambda functions, and nothing runs there',
      '--functionUrl serves routes, and none runs in Lambda',
      /^route GET \/ runs on instances, where --functionUrl does not lead/,
    ],
  });
});

t.test('a route on instances that no entry leads to is refused, unless they can be reached', async (t) => {
  const options = optionsOf({}, { 'GET /a': { runOn: 'lambda' }, 'GET /b': { runOn: 'instances' } });
  t.throws(() => emitTopology({ ...options, httpApi: 'iam', functionUrl: 'iam' }), {
    name: 'ProvisionError',
    problems: [
      /^route GET \/b runs on instances, where --functionUrl and --httpApi does not lead: give --alb, or --appCidr/,
    ],
  });
  t.doesNotThrow(() => emitTopology({ ...options, httpApi: 'iam', appCidr: '10.0.0.0/8' }));
  t.doesNotThrow(() => emitTopology(options), 'without any entry nothing was asked for');
});

t.test('workers alone: no server, no port, not even with a load balancer elsewhere', async (t) => {
  const { template, supervisordConf, userData } = emitTopology(optionsOf({ work: {} }));
  t.match(supervisordConf, /^\[program:omega\]\ncommand=\/opt\/omega\/app worker /);
  t.notMatch(supervisordConf, /httpServer|\[group/);
  t.same(namesOf(template, 'AWS::EC2::SecurityGroupIngress'), []);
  t.notOk('AppCidr' in template.Parameters);
  t.match(userData, 'http://127.0.0.1:9998/_amphi/health/ready');
  t.notMatch(userData, ':9999');
  const lambdaRoutes = optionsOf({ work: {} }, { 'GET /': { runOn: 'lambda' } });
  const balanced = emitTopology({
    ...BALANCED,
    service: lambdaRoutes.service,
    trustProxy: undefined,
  }).template;
  t.same(namesOf(balanced, 'AWS::ElasticLoadBalancingV2::TargetGroup'), ['LambdaTargets']);
  t.notOk('TargetGroupARNs' in propertiesOf(balanced, 'AutoScalingGroup'));
});

t.test('server and worker: one group, two programs, both waited for', async (t) => {
  const { supervisordConf, userData } = emitTopology(optionsOf({ work: {} }, { 'GET /': {} }));
  t.match(supervisordConf, /^\[group:omega\]\nprograms=omega-server,omega-worker\n/);
  t.match(supervisordConf, /^\[program:omega-server\]\ncommand=\/opt\/omega\/app httpServer /m);
  t.match(supervisordConf, /^\[program:omega-worker\]\ncommand=\/opt\/omega\/app worker /m);
  t.match(supervisordConf, 'stdout_logfile=/var/log/omega/worker-stdout.log');
  t.equal(supervisordConf.match(/AMPHI_TARGETS=/g)?.length, 2);
  t.equal(supervisordConf.match(/AMPHI_QUEUES=/g)?.length, 1, 'the server polls nothing');
  t.match(userData, 'http://127.0.0.1:9999/_amphi/health/ready http://127.0.0.1:9998/_amphi/health/ready');
});

t.test(
  'no wildcard in what any placement grants, but for network interfaces, which AWS gives no other way',
  async (t) => {
    const wild = /[*?]/;
    let seen = 0;
    for (const [name, options] of Object.entries(PLACED))
      for (const [path, value] of walk(emitTopology(options).template)) {
        const { Effect, Action } = (value ?? {}) as { Effect?: string; Action?: string | string[] };
        if (Effect === undefined || [Action].flat().includes('ec2:CreateNetworkInterface')) continue;
        seen++;
        const { Resource, Principal } = value as { Resource?: unknown; Principal?: unknown };
        t.notMatch(JSON.stringify([Action, Resource, Principal]), wild, `${name} ${path.join('.')}`);
      }
    t.ok(seen > 50);
  },
);

t.test('placed routes have rules before the last, which keeps the weights', async (t) => {
  const { template } = emitTopology(PLACED['routes-apart']!);
  const rules = namesOf(template, 'AWS::ElasticLoadBalancingV2::ListenerRule').map((name) => {
    const { Priority, Conditions, Actions } = propertiesOf(template, name) as {
      Priority: number;
      Conditions: {
        PathPatternConfig?: { Values: string[] };
        HttpRequestMethodConfig?: { Values: string[] };
      }[];
      Actions: [{ TargetGroupArn?: { Ref: string } }];
    };
    const values = Conditions.flatMap(({ PathPatternConfig, HttpRequestMethodConfig }) =>
      (PathPatternConfig ?? HttpRequestMethodConfig)!.Values.join(' '),
    );
    return [name, Priority, Actions[0].TargetGroupArn?.Ref ?? 'by weights', ...values];
  });
  t.same(rules, [
    ['TrafficRule', 50_000, 'by weights', '/*'],
    ['RouteRule1', 1, 'InstanceTargets', '/files/* /reports/* /users/*/orders'],
    ['RouteRule2', 2, 'LambdaTargets', '/users/*', 'GET HEAD OPTIONS'],
    ['RouteRule3', 3, 'InstanceTargets', '/users/*', 'POST'],
  ]);
  t.equal(
    template.Resources.RouteRule1!.DependsOn,
    'TrafficRule',
    'one that had its priority makes room first',
  );
  const apart = emitTopology(PLACED['routes-on-two-sides']!).template;
  t.same(
    ['RouteRule1', 'TrafficRule'].map((name) => propertiesOf(apart, name).Actions),
    ['LambdaTargets', 'InstanceTargets'].map((Ref) => [{ Type: 'forward', TargetGroupArn: { Ref } }]),
  );
  t.notOk('Ec2Weight' in apart.Parameters, 'nothing to share');
});
