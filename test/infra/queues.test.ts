import t from 'tap';
import { emitTopology, type Template } from '../../infra/index.ts';
import {
  cloudWatchLogs,
  codeCommit,
  eventBridge,
  s3,
  schedule,
  ses,
  sns,
  sqs,
} from '../../src/adapters/lambda/sources/events/index.ts';
import {
  arn,
  att,
  grantsOf,
  namesOf,
  optionsOf,
  propertiesOf,
  type Source,
  statementsOf,
  templateOf,
} from './placed.ts';

const KEY = arn('kms', 'key/0b1c2d3e-0000-4000-8000-000000000000');
const ACCOUNT = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };

/** What the template has for one source on instances. */
const fed = (source: Source) => templateOf({ work: { source } });

const policyOf = (template: Template) =>
  (propertiesOf(template, 'WorkQueuePolicy').PolicyDocument as { Statement: object[] }).Statement;

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
