import t from 'tap';
import { emitTopology, type Template } from '../../infra/index.ts';
import { kinesis, s3, sqs } from '../../src/adapters/lambda/sources/events/index.ts';
import {
  arn,
  att,
  grantsOf,
  optionsOf,
  type Placed,
  propertiesOf,
  statementsOf,
  templateOf,
} from './placed.ts';
import { SAMPLE } from './sample.ts';

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
  t.throws(() => templateOf({ work: { source: stream } }), {
    message: 'function "work": kinesis events cannot reach instances',
  });
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

t.test('a role that would be too large for IAM is refused with its size', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`fn${n}`, {}]));
  t.throws(() => templateOf(many), {
    name: 'ProvisionError',
    message: /^the role of the instances may have \d{5} characters of policies .* IAM allows 10240/,
  });
});
