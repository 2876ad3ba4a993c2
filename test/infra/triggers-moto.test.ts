import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { ZipFile } from 'yazl';
import { runMain, SAMPLE_MAIN } from '../support/run-app.ts';
import { AWS_ENV, callMoto, ec2, type Moto, prepare, startMoto, textOf, userDataOf } from './deploy/moto.ts';
import { skipWithout } from './tools.ts';

const MAIN = join(import.meta.dirname, 'triggers-main.ts');
const BUCKET = 'test-artifacts';
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:orders';

async function artifact(dir: string): Promise<string> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from('stands for the executable'), 'bootstrap', { mode: 0o100755 });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  const path = join(dir, 'app.zip');
  writeFileSync(path, Buffer.concat(chunks));
  return path;
}

const jsonCall = async (moto: Moto, service: string, target: string, body: object) =>
  JSON.parse(
    await callMoto(moto, service, {
      headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify(body),
    }),
  );

/** What the triggers name without making it. Gives the ARN of the table's stream. */
async function makeSources(moto: Moto): Promise<string> {
  await callMoto(moto, 'sqs', {
    body: new URLSearchParams({ Action: 'CreateQueue', Version: '2012-11-05', QueueName: 'orders' }),
  });
  await callMoto(moto, 'sns', {
    body: new URLSearchParams({ Action: 'CreateTopic', Version: '2010-03-31', Name: 'news' }),
  });
  const { TableDescription } = await jsonCall(moto, 'dynamodb', 'DynamoDB_20120810.CreateTable', {
    TableName: 'orders',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  return TableDescription.LatestStreamArn;
}

interface Rule {
  readonly Name: string;
  readonly ScheduleExpression?: string;
}

async function hasQueues(t: Test, moto: Moto, rules: readonly Rule[]): Promise<void> {
  const account = 'arn:aws:sqs:us-east-1:123456789012';
  const { QueueUrls } = await jsonCall(moto, 'sqs', 'AmazonSQS.ListQueues', {});
  const names = (QueueUrls as string[]).map((url) => url.split('/').at(-1)!);
  const queueOf = (name: string) =>
    names.find((each) => new RegExp(`^triggered-${name}-[0-9a-f]{8}$`).test(each))!;
  const [photos, hourly, render] = ['OnPhoto', 'Hourly', 'Render'].map(queueOf);
  t.notOk(
    names.some((name) => name.startsWith('triggered-Jobs')),
    'one that has its own gets no other',
  );

  const attributes = async (name: string) => {
    const QueueUrl = (QueueUrls as string[]).find((url) => url.endsWith(`/${name}`));
    const answer = await jsonCall(moto, 'sqs', 'AmazonSQS.GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['All'],
    });
    return answer.Attributes as Record<string, string>;
  };
  const made = await attributes(render!);
  t.match(made, { VisibilityTimeout: '60', MessageRetentionPeriod: '1209600' });
  const redrive = JSON.parse(made.RedrivePolicy!);
  t.match(redrive, { maxReceiveCount: /^5$/, deadLetterTargetArn: /DeadLetters/ });
  const dead = await attributes(redrive.deadLetterTargetArn.split(':').at(-1));
  t.equal(dead.MessageRetentionPeriod, '1209600');

  const { Name } = rules.find(({ ScheduleExpression }) => ScheduleExpression === 'rate(1 hour)')!;
  const { Targets } = await jsonCall(moto, 'events', 'AWSEvents.ListTargetsByRule', { Rule: Name });
  t.match(Targets, [{ Id: 'Queue', Arn: `${account}:${hourly}`, Input: '{"hour":1}' }]);

  const script = await userDataOf(moto, await launchTemplateId(moto));
  const [, queues] = /AMPHI_QUEUES='(\{.*?\})'/.exec(script) ?? [];
  t.same(JSON.parse(queues!), {
    onPhoto: `${account}:${photos}`,
    hourly: `${account}:${hourly}`,
    jobs: QUEUE,
    render: `${account}:${render}`,
  });
  const [, targets] = /AMPHI_TARGETS='(\{.*?\})'/.exec(script) ?? [];
  t.match(JSON.parse(targets!), { resize: /^arn:aws:lambda:us-east-1:123456789012:function:/ });
  const functions = JSON.parse(
    await callMoto(moto, 'lambda', { method: 'GET', path: '/2015-03-31/functions/' }),
  );
  const resize = functions.Functions.find(({ Handler }: { Handler: string }) => Handler === 'resize');
  t.same(JSON.parse(resize.Environment.Variables.AMPHI_TARGETS), { render: `${account}:${render}` });
  t.notOk(functions.Functions.some(({ Handler }: { Handler: string }) => Handler === 'render'));
}

/** No network has to be named, and nothing of instances is made. */
async function lambdaAlone(t: Test, moto: Moto): Promise<void> {
  const { code, stdout, stderr } = await runMain(
    SAMPLE_MAIN,
    [
      ...['provision', '--s3Bucket', BUCKET, '--artifact', await artifact(t.testdir()), '--yes', '--json'],
      ...['--endpointUrl', moto.url, '--stack', 'lambda-alone', '--runOn', '*=lambda'],
    ],
    { env: AWS_ENV, timeoutMs: 90_000 },
  );
  t.equal(code, 0, stderr);
  t.match(JSON.parse(stdout), { stack: 'lambda-alone', result: 'created' });
  const list = await callMoto(moto, 'lambda', { method: 'GET', path: '/2015-03-31/functions/' });
  const functions = JSON.parse(list).Functions as { FunctionName: string; Handler: string }[];
  const made = functions.filter(({ FunctionName }) => FunctionName.startsWith('lambda-alone-'));
  t.same(made.map(({ Handler }) => Handler).sort(), ['hello', 'http', 'nightly']);
}

async function launchTemplateId(moto: Moto): Promise<string> {
  return textOf(await ec2(moto, { Action: 'DescribeLaunchTemplates' }), 'launchTemplateId')!;
}

t.test('a service with triggers is provisioned in moto', { skip: skipWithout('moto_server') }, async (t) => {
  const moto = await startMoto();
  t.teardown(() => moto.stop());
  const network = await prepare(moto, BUCKET);
  const stream = await makeSources(moto);
  const { code, stderr } = await runMain(
    MAIN,
    [
      ...['provision', '--s3Bucket', BUCKET, '--artifact', await artifact(t.testdir()), '--yes', '--json'],
      ...['--endpointUrl', moto.url, ...network, '--parameter', `StreamArn=${stream}`],
    ],
    { env: AWS_ENV, timeoutMs: 90_000 },
  );
  t.equal(code, 0, stderr);

  const buckets = await callMoto(moto, 's3', { method: 'GET' });
  t.match(buckets, /<Name>triggered-onupload-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}<\/Name>/);

  const mappings = await callMoto(moto, 'lambda', {
    method: 'GET',
    path: '/2015-03-31/event-source-mappings/',
  });
  const found = JSON.parse(mappings).EventSourceMappings as { EventSourceArn: string; BatchSize: number }[];
  t.same(found.map(({ EventSourceArn }) => EventSourceArn).sort(), [stream, QUEUE].sort());
  t.match(
    found.find(({ EventSourceArn }) => EventSourceArn === QUEUE),
    { BatchSize: 5, FunctionArn: /:function:\S*[Ww]ork/ },
  );

  const { Rules } = await jsonCall(moto, 'events', 'AWSEvents.ListRules', {});
  t.match(
    Rules.map((rule: { EventPattern?: string; ScheduleExpression?: string }) => [
      rule.EventPattern ?? rule.ScheduleExpression,
    ]).sort(),
    [['rate(1 day)'], ['rate(1 hour)'], [/^\{"source": ?\["orders"\]\}$/]],
  );
  await t.test('what runs on instances has a queue', (t) => hasQueues(t, moto, Rules));

  const roles = await callMoto(moto, 'iam', {
    body: new URLSearchParams({ Action: 'ListRoles', Version: '2010-05-08' }),
  });
  const role = /<RoleName>([^<]*WorkFunctionRole[^<]*)</.exec(roles)![1]!;
  const policy = await callMoto(moto, 'iam', {
    body: new URLSearchParams({
      ...{ Action: 'GetRolePolicy', Version: '2010-05-08', RoleName: role, PolicyName: 'ReadQueue' },
    }),
  });
  const document = decodeURIComponent(textOf(policy, 'PolicyDocument')!)
    .replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"');
  t.match(JSON.parse(document).Statement, [{ Effect: 'Allow', Resource: [QUEUE] }]);
  await t.test('a stage without instances, by one flag', (t) => lambdaAlone(t, moto));
});
