import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { emitTopology, type Template, type TopologyOptions } from '../../infra/index.ts';
import { sqsTrigger } from '../../infra/triggers/event-source-mappings.ts';
import { snsTrigger } from '../../infra/triggers/push-triggers.ts';
import type { Emit } from '../../infra/triggers/trigger-scope.ts';
import type { Trigger } from '../../src/adapters/lambda/sources/events/index.ts';
import {
  cloudWatchLogs,
  codeCommit,
  cognito,
  customResource,
  dynamodb,
  eventBridge,
  kinesis,
  s3,
  schedule,
  ses,
  sns,
  sqs,
} from '../../src/adapters/lambda/sources/events/index.ts';
import type { EventSource } from '../../src/core/index.ts';
import { SAMPLE } from './sample.ts';
import { check, skipWithout, walk } from './tools.ts';

// biome-ignore lint/suspicious/noExplicitAny: any kind of source
type Source = EventSource<any, any>;

const arn = (service: string, name: string) => `arn:aws:${service}:eu-west-1:123456789012:${name}`;
const STREAM = arn('dynamodb', 'table/orders/stream/2025-11-01T00:00:00.000');
const FN = { 'Fn::GetAtt': ['WorkFunction', 'Arn'] };
const ACCOUNT = { Ref: 'AWS::AccountId' };

/** Each kind of trigger with all of its options, and in its least form. */
const SOURCES: Record<string, Source> = {
  s3Created: s3({ bucket: { create: true }, prefix: 'in/', suffix: '.csv' }),
  s3Named: s3({ bucket: { create: true, name: 'my-uploads' }, events: ['s3:ObjectRemoved:*'] }),
  s3Existing: s3({ bucket: 'uploads', prefix: 'in/' }),
  s3Expression: s3({ bucket: { 'Fn::ImportValue': 'shared-Bucket' } }),
  sns: sns({ topic: arn('sns', 'orders'), filter: { kind: ['order'] }, filterScope: 'MessageBody' }),
  sqs: sqs({
    queue: arn('sqs', 'orders'),
    batchSize: 100,
    batchWindow: 5,
    maxConcurrency: 4,
    filters: [{ body: { kind: ['order'] } }],
    kmsKey: arn('kms', 'key/0b1c2d3e-0000-4000-8000-000000000000'),
  }),
  sqsParameter: sqs({ queue: { parameter: 'QueueArn' } }),
  kinesis: kinesis({
    stream: arn('kinesis', 'stream/orders'),
    startingPosition: 'LATEST',
    batchSize: 500,
    batchWindow: 1,
    bisect: false,
    retries: 3,
    maxAge: 3600,
    parallelization: 2,
    filters: [{ data: { kind: ['order'] } }],
    onFailure: { queue: arn('sqs', 'failed') },
  }),
  dynamodb: dynamodb({ stream: STREAM, onFailure: { topic: arn('sns', 'failed') } }),
  eventBridge: eventBridge({ pattern: { source: ['orders'] }, bus: 'shop' }),
  schedule: schedule({ expression: 'cron(0 3 * * ? *)' }),
  codeCommit: codeCommit({ repository: arn('codecommit', 'website'), branches: ['main'] }),
  logs: cloudWatchLogs({ logGroup: '/orders/web', filterPattern: 'ERROR' }),
  logsParameter: cloudWatchLogs({ logGroup: { parameter: 'LogGroup', default: '/orders/web' } }),
  ses: ses({ ruleSet: 'inbound', recipients: ['support@example.org'], invocation: 'RequestResponse' }),
  sesPlain: ses(),
  cognito: cognito({ trigger: 'PreSignUp', userPool: arn('cognito-idp', 'userpool/eu-west-1_aBcDeFgHi') }),
  custom: customResource(),
};

function optionsOf(sources: Record<string, Source>): TopologyOptions {
  const triggers = Object.fromEntries(Object.entries(sources).map(([name, { trigger }]) => [name, trigger!]));
  const service = { name: 'Omega', version: '1.0.0', hasRoutes: false };
  return { ...SAMPLE, service: { ...service, functions: Object.keys(sources), triggers } };
}

const templateOf = (sources: Record<string, Source>): Template => emitTopology(optionsOf(sources)).template;

/** What a trigger adds to the template: resources of the function `work`, less those every function has. */
function addedBy(source: Source): Record<string, { Type: string; DependsOn?: unknown; Properties: object }> {
  const { Resources } = templateOf({ work: source });
  const added = Object.entries(Resources).filter(([name]) => name.startsWith('WorkTrigger'));
  return Object.fromEntries(added) as ReturnType<typeof addedBy>;
}

function grantsOf(source: Source): unknown {
  const policy = addedBy(source).WorkTriggerPolicy as { Properties: Record<string, unknown> } | undefined;
  t.match(policy?.Properties, { Roles: [{ Ref: 'WorkFunctionRole' }] });
  return (policy!.Properties.PolicyDocument as { Statement: unknown }).Statement;
}

t.test('cfn-lint finds nothing', { skip: skipWithout('cfn-lint') }, async (t) => {
  const file = join(t.testdir(), 'template.json');
  writeFileSync(file, emitTopology(optionsOf(SOURCES)).templateText);
  t.same(check('cfn-lint', ['-r', 'us-east-1', '--', file]), { status: 0, output: '' });
});

t.test('the same triggers give the same bytes; without triggers nothing is added', async (t) => {
  t.equal(emitTopology(optionsOf(SOURCES)).templateText, emitTopology(optionsOf(SOURCES)).templateText);
  const names = Object.keys(SOURCES);
  const bare = emitTopology({ ...SAMPLE, service: { ...optionsOf(SOURCES).service, triggers: undefined } });
  const { Resources } = templateOf(SOURCES);
  const added = Object.keys(Resources).filter((name) => !(name in bare.template.Resources));
  t.ok(added.length >= names.length);
  t.ok(
    added.every((name) => /^[A-Z]\w+Trigger[A-Z]\w+$/.test(name)),
    added.join(),
  );
});

t.test('no permission has a wildcard, and every one names its source', async (t) => {
  const { Resources } = templateOf(SOURCES);
  let seen = 0;
  for (const [name, { Type, Properties }] of Object.entries(Resources)) {
    if (Type !== 'AWS::Lambda::Permission' && Type !== 'AWS::IAM::Policy') continue;
    seen++;
    for (const [path, value] of walk(Properties)) {
      if (typeof value !== 'string') continue;
      // The ARN of a log group ends with the star that stands for its streams.
      const bare = value.replace(/^(arn:.*:log-group:\$\{LogGroup\}):\*$/, '$1');
      t.notMatch(bare, /[*?]/, `${name} ${path.join('.')}`);
    }
    if (Type === 'AWS::Lambda::Permission') {
      const { SourceArn, SourceAccount, Action, Principal } = Properties as Record<string, unknown>;
      t.ok(SourceArn ?? SourceAccount, name);
      t.equal(Action, 'lambda:InvokeFunction');
      t.match(Principal, /^[a-z0-9-]+\.amazonaws\.com$/);
    }
  }
  t.ok(seen > 15);
});

t.test('sqs: mapping after an exact policy', async (t) => {
  const queue = arn('sqs', 'orders');
  t.same(grantsOf(SOURCES.sqs!), [
    {
      Effect: 'Allow',
      Action: [
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ChangeMessageVisibility',
      ],
      Resource: [queue],
    },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: [arn('kms', 'key/0b1c2d3e-0000-4000-8000-000000000000')],
    },
  ]);
  t.same(addedBy(SOURCES.sqs!).WorkTriggerMapping, {
    Type: 'AWS::Lambda::EventSourceMapping',
    DependsOn: 'WorkTriggerPolicy',
    Properties: {
      FunctionName: FN,
      EventSourceArn: queue,
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 5,
      ScalingConfig: { MaximumConcurrency: 4 },
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["order"]}}' }] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    },
  });
  t.same(addedBy(sqs({ queue, reportFailures: false })).WorkTriggerMapping!.Properties, {
    FunctionName: FN,
    EventSourceArn: queue,
  });
});

t.test('a parameter is declared once, and may not differ', async (t) => {
  const queue = { parameter: 'QueueArn' };
  const { Parameters, Resources } = templateOf({ a: sqs({ queue }), b: sqs({ queue }) });
  t.same(Parameters.QueueArn, { Type: 'String', Description: 'The queue of a' });
  t.match(Resources.BTriggerMapping, { Properties: { EventSourceArn: { Ref: 'QueueArn' } } });
  const other = sqs({ queue: { ...queue, default: arn('sqs', 'x') } });
  t.throws(() => templateOf({ a: sqs({ queue }), b: other }), {
    name: 'ProvisionError',
    message: 'function "b": queue: parameter QueueArn has another default elsewhere',
  });
  t.throws(() => templateOf({ a: sqs({ queue: { parameter: 'Queue-Arn' } }) }), /is not a parameter name/);
});

t.test('streams: mapping, policy and destination', async (t) => {
  t.same(grantsOf(SOURCES.kinesis!), [
    {
      Effect: 'Allow',
      Action: [
        'kinesis:DescribeStream',
        'kinesis:DescribeStreamSummary',
        'kinesis:GetRecords',
        'kinesis:GetShardIterator',
        'kinesis:ListShards',
      ],
      Resource: [arn('kinesis', 'stream/orders')],
    },
    { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [arn('sqs', 'failed')] },
  ]);
  t.same(addedBy(SOURCES.kinesis!).WorkTriggerMapping!.Properties, {
    FunctionName: FN,
    EventSourceArn: arn('kinesis', 'stream/orders'),
    StartingPosition: 'LATEST',
    BatchSize: 500,
    MaximumBatchingWindowInSeconds: 1,
    BisectBatchOnFunctionError: false,
    MaximumRetryAttempts: 3,
    MaximumRecordAgeInSeconds: 3600,
    ParallelizationFactor: 2,
    DestinationConfig: { OnFailure: { Destination: arn('sqs', 'failed') } },
    FilterCriteria: { Filters: [{ Pattern: '{"data":{"kind":["order"]}}' }] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  t.match(grantsOf(SOURCES.dynamodb!), [
    {
      Action: [
        'dynamodb:DescribeStream',
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
        'dynamodb:ListStreams',
      ],
      Resource: [STREAM],
    },
    { Action: ['sns:Publish'], Resource: [arn('sns', 'failed')] },
  ]);
  t.match(addedBy(SOURCES.dynamodb!).WorkTriggerMapping!.Properties, {
    StartingPosition: 'TRIM_HORIZON',
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

t.test('s3: a bucket of its own has the notification, and its name breaks the cycle', async (t) => {
  const { WorkTriggerBucket: bucket, WorkTriggerPermission: permission } = addedBy(SOURCES.s3Created!);
  const name = {
    'Fn::Join': ['-', ['omega-work', { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] }]],
  };
  t.same(permission!.Properties, {
    Action: 'lambda:InvokeFunction',
    FunctionName: FN,
    Principal: 's3.amazonaws.com',
    SourceArn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::', name]] },
    SourceAccount: ACCOUNT,
  });
  t.match(bucket, {
    DependsOn: 'WorkTriggerPermission',
    DeletionPolicy: /^RetainExceptOnCreate$/,
    Properties: {
      BucketName: name,
      NotificationConfiguration: {
        LambdaConfigurations: [
          {
            Event: 's3:ObjectCreated:*',
            Function: FN,
            Filter: {
              S3Key: {
                Rules: [
                  { Name: 'prefix', Value: 'in/' },
                  { Name: 'suffix', Value: '.csv' },
                ],
              },
            },
          },
        ],
      },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    },
  });
  t.match(templateOf({ work: SOURCES.s3Created! }).Outputs.WorkTriggerBucketName, {
    Value: { Ref: 'WorkTriggerBucket' },
  });
  t.match(addedBy(SOURCES.s3Named!).WorkTriggerBucket, { Properties: { BucketName: 'my-uploads' } });
});

t.test('s3: the longest names still make the name of a bucket', async (t) => {
  const long = { ['f'.repeat(64)]: SOURCES.s3Created! };
  const options = optionsOf(long);
  const { template } = emitTopology({
    ...options,
    service: { ...options.service, name: `S${'-x'.repeat(30)}` },
  });
  const [bucket] = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::S3::Bucket');
  const { BucketName } = bucket!.Properties as { BucketName: { 'Fn::Join': [string, [string, unknown]] } };
  const uuid = '5b918d10-cd98-11ea-90d5-0a9cd3354c10';
  const [prefix] = BucketName['Fn::Join'][1];
  t.match(`${prefix}-${uuid}`, /^[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9]$/);
});

const patternsOf = (source: Source) =>
  Object.entries(addedBy(source))
    .filter(([, { Type }]) => Type === 'AWS::Events::Rule')
    .map(([name, { Properties }]) => [name, (Properties as { EventPattern: unknown }).EventPattern]);

t.test('s3: events of an existing bucket come by EventBridge', async (t) => {
  t.same(patternsOf(SOURCES.s3Existing!), [
    [
      'WorkTriggerObjectCreatedRule',
      {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: ['uploads'] }, object: { key: [{ prefix: 'in/' }] } },
      },
    ],
  ]);
  t.match(addedBy(SOURCES.s3Existing!).WorkTriggerObjectCreatedPermission!.Properties, {
    Principal: 'events.amazonaws.com',
    SourceArn: { 'Fn::GetAtt': ['WorkTriggerObjectCreatedRule', 'Arn'] },
  });
  const events = ['s3:ObjectCreated:Put', 's3:ObjectCreated:Copy', 's3:ObjectRemoved:*'];
  const bucket = 'arn:aws:s3:::uploads';
  t.match(patternsOf(s3({ bucket, events, prefix: 'a*b/', suffix: '.csv' })), [
    [
      'WorkTriggerObjectCreatedRule',
      {
        detail: {
          bucket: { name: ['uploads'] },
          // Prefix and suffix side by side would be one or the other.
          object: { key: [{ wildcard: 'a\\*b/*.csv' }] },
          reason: ['PutObject', 'CopyObject'],
        },
      },
    ],
    [
      'WorkTriggerObjectRemovedRule',
      // Without the reason, what a lifecycle rule removes would come too.
      { 'detail-type': ['Object Deleted'], detail: { reason: ['DeleteObject'] } },
    ],
  ]);
  t.match(patternsOf(s3({ bucket, events: ['s3:LifecycleExpiration:Delete'] })), [
    [
      'WorkTriggerLifecycleExpirationRule',
      { detail: { reason: ['Lifecycle Expiration'], 'deletion-type': ['Permanently Deleted'] } },
    ],
  ]);
  t.match(patternsOf(SOURCES.s3Expression!), [
    [/Rule$/, { detail: { bucket: { name: [{ 'Fn::ImportValue': 'shared-Bucket' }] } } }],
  ]);
});

t.test('eventbridge, schedule, codecommit: a rule that may call the function', async (t) => {
  t.same(addedBy(SOURCES.eventBridge!), {
    WorkTriggerRule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Description: 'Calls work of Omega',
        State: 'ENABLED',
        EventPattern: { source: ['orders'] },
        EventBusName: 'shop',
        Targets: [{ Id: 'Function', Arn: FN }],
      },
    },
    WorkTriggerPermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: FN,
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['WorkTriggerRule', 'Arn'] },
      },
    },
  });
  const scheduled = addedBy(SOURCES.schedule!).WorkTriggerRule!.Properties;
  t.match(scheduled, { ScheduleExpression: 'cron(0 3 * * ? *)' });
  t.notOk('EventPattern' in scheduled);
  t.same(patternsOf(SOURCES.codeCommit!), [
    [
      'WorkTriggerRule',
      {
        source: ['aws.codecommit'],
        'detail-type': ['CodeCommit Repository State Change'],
        resources: [arn('codecommit', 'website')],
        detail: { referenceType: ['branch'], referenceName: ['main'] },
      },
    ],
  ]);
});

t.test('sns, logs, ses, cognito: permission for exactly one source', async (t) => {
  const source = (name: string) => {
    const { Principal, SourceArn, SourceAccount } = addedBy(SOURCES[name]!).WorkTriggerPermission!
      .Properties as Record<string, unknown>;
    return [Principal, SourceArn, SourceAccount];
  };
  t.same(source('sns'), ['sns.amazonaws.com', arn('sns', 'orders'), undefined]);
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Fn::Sub's own markup
  const account = 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}';
  t.same(source('logs'), [
    'logs.amazonaws.com',
    { 'Fn::Sub': [`${account}:log-group:\${LogGroup}:*`, { LogGroup: '/orders/web' }] },
    ACCOUNT,
  ]);
  t.same(source('ses'), [
    'ses.amazonaws.com',
    {
      'Fn::Sub': [
        'arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:receipt-rule-set/${RuleSet}:receipt-rule/${Rule}',
        { RuleSet: 'inbound', Rule: 'work' },
      ],
    },
    ACCOUNT,
  ]);
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: Fn::Sub's own markup
  t.same(source('sesPlain'), ['ses.amazonaws.com', undefined, ACCOUNT]);
  t.same(source('cognito'), [
    'cognito-idp.amazonaws.com',
    arn('cognito-idp', 'userpool/eu-west-1_aBcDeFgHi'),
    undefined,
  ]);
  t.same(Object.keys(addedBy(SOURCES.cognito!)), ['WorkTriggerPermission']);
});

t.test('sns, logs, ses: the subscription or rule itself, after the permission', async (t) => {
  t.match(addedBy(SOURCES.sns!).WorkTriggerSubscription, {
    Type: 'AWS::SNS::Subscription',
    DependsOn: 'WorkTriggerPermission',
    Properties: {
      Protocol: 'lambda',
      TopicArn: arn('sns', 'orders'),
      Endpoint: FN,
      Region: 'eu-west-1',
      FilterPolicy: { kind: ['order'] },
      FilterPolicyScope: 'MessageBody',
    },
  });
  t.match(addedBy(SOURCES.logs!).WorkTriggerSubscription, {
    Type: 'AWS::Logs::SubscriptionFilter',
    DependsOn: 'WorkTriggerPermission',
    Properties: { LogGroupName: '/orders/web', FilterPattern: 'ERROR', DestinationArn: FN },
  });
  t.match(addedBy(SOURCES.ses!).WorkTriggerRule, {
    Type: 'AWS::SES::ReceiptRule',
    DependsOn: 'WorkTriggerPermission',
    Properties: {
      RuleSetName: 'inbound',
      Rule: {
        Name: 'work',
        Enabled: true,
        Recipients: ['support@example.org'],
        Actions: [{ LambdaAction: { FunctionArn: FN, InvocationType: 'RequestResponse' } }],
      },
    },
  });
});

t.test('a custom resource only gives its ServiceToken', async (t) => {
  t.same(addedBy(SOURCES.custom!), {});
  t.match(templateOf({ work: SOURCES.custom! }).Outputs.WorkServiceToken, { Value: FN });
});

t.test('what cannot be emitted is named', async (t) => {
  const cases: [source: Source, message: string | RegExp][] = [
    [s3({ bucket: 'Bad_Name' }), 'function "work": bucket: "Bad_Name" is no name of a bucket'],
    [s3({ bucket: { create: true, name: 'x' } }), 'function "work": bucket: "x" is no name of a bucket'],
    [
      s3({ bucket: 'uploads', events: ['s3:Replication:*'] }),
      /^function "work": events: s3:Replication:\* is not available from an existing bucket/,
    ],
    [
      cloudWatchLogs({ logGroup: { Ref: 'WorkFunctionLogs' } }),
      'function "work": logGroup: it would be triggered by its own log, in an endless loop',
    ],
    [
      sqs({ queue: { 'Fn::GetAtt': 'NoDot' } }),
      'function "work": queue: Fn::GetAtt takes ["Resource", "Attribute"] or "Resource.Attribute"',
    ],
    [
      { ...sqs(), trigger: { type: 'carrier-pigeon' } },
      /^function "work": trigger "carrier-pigeon" is none of s3, sns, sqs, /,
    ],
  ];
  for (const [source, message] of cases) {
    t.throws(() => templateOf({ work: source }), { name: 'ProvisionError', message });
  }
});

t.test('an emitter takes the triggers of its own type only', async (t) => {
  const queues: Emit<Trigger<'sqs'>> = sqsTrigger;
  // @ts-expect-error an emitter of another trigger
  const topics: Emit<Trigger<'sqs'>> = snsTrigger;
  // @ts-expect-error an emitter of streams of one kind
  const streams: Emit<Trigger<'kinesis'>> = (_, trigger: Trigger<'dynamodb'>) => ({ Resources: { trigger } });
  t.equal(new Set([queues, topics, streams]).size, 3);
});

t.test('functions named like properties of every object have no trigger', async (t) => {
  t.doesNotThrow(() => emitTopology(optionsOf({ constructor: sqs({ queue: arn('sqs', 'q') }) })));
  const plain = { ...SAMPLE.service, functions: ['toString'], triggers: {} };
  t.notOk(
    Object.keys(emitTopology({ ...SAMPLE, service: plain }).template.Resources).some((n) =>
      /Trigger/.test(n),
    ),
  );
});
