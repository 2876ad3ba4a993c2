import t from 'tap';
import { resolveFunction } from '../../src/adapters/lambda/index.ts';
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
import { SAMPLES } from '../../src/adapters/lambda/sources/samples/index.ts';
import { Context, createLogger, type EventSource, placementRefusal } from '../../src/core/index.ts';
import { scene, until } from '../adapters/worker/support.ts';

// The same handler sees the same, whether its event came to Lambda or through a queue to an instance.

/** Each sample that can reach instances, with its source and the bodies of the messages that bring it. */
const SOURCES: Readonly<Record<string, EventSource<never>>> = {
  s3: s3(),
  's3-eventbridge': s3(),
  sns: sns(),
  sqs: sqs(),
  'sqs-fifo': sqs(),
  ses: ses(),
  eventbridge: eventBridge(),
  schedule: schedule(),
  codecommit: codeCommit(),
  'codecommit-eventbridge': codeCommit(),
  'cloudwatch-logs': cloudWatchLogs(),
} as never;

interface SqsRecord {
  readonly body: string;
  readonly attributes: Record<string, string>;
  readonly messageAttributes: Record<
    string,
    { dataType: string; stringValue?: string; binaryValue?: string }
  >;
}

interface SnsRecord {
  readonly Sns: Record<string, unknown>;
  readonly EventSubscriptionArn: string;
}

/** What a handler saw, less what a queue gives each message anew. */
function seen(value: unknown): unknown {
  const fresh = new Set([
    'raw',
    'messageId',
    'receiptHandle',
    'receiveCount',
    'sentAt',
    'queueArn',
    'deduplicationId',
  ]);
  const drop = (key: string, each: unknown) => (fresh.has(key) ? undefined : each);
  return JSON.parse(JSON.stringify(value, drop));
}

/** What SNS puts into a queue of its topic. */
function notification({ Sns, EventSubscriptionArn }: SnsRecord): string {
  const { SigningCertUrl, UnsubscribeUrl, ...rest } = Sns;
  const url = `https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${EventSubscriptionArn}`;
  return JSON.stringify({ ...rest, SigningCertURL: SigningCertUrl, UnsubscribeURL: url });
}

for (const [name, source] of Object.entries(SOURCES)) {
  t.test(`${name}: a queue shows the handler what Lambda does`, async (t) => {
    const event = JSON.parse(JSON.stringify(await SAMPLES[name]!.load()));
    const { sqs: standIn, registry, log, start } = await scene(t);
    const views: unknown[] = [];
    registry.event('handler', source, { runOn: 'instances' }, (payload, context) => {
      views.push(seen({ payload, name: context.functionName }));
    });
    const context = new Context({
      requestId: 'r',
      functionName: 'handler',
      logger: createLogger({ write: () => {} }),
    });
    await resolveFunction(registry.freeze(), 'handler')!(event, context);
    const byLambda = views.splice(0);
    t.ok(byLambda.length > 0, 'Lambda calls the handler');

    const queue = standIn.queue(name === 'sqs-fifo' ? 'q.fifo' : 'q');
    if (source.type === 'sqs') for (const record of event.Records) sendRecord(queue, record);
    else if (source.type === 'sns') for (const record of event.Records) queue.send(notification(record));
    else queue.send(JSON.stringify(event));
    const worker = await start({ handler: queue.arn });
    await until(() => queue.size === 0 || worker.counts().handler!.failed > 0);
    t.same(
      log.filter(({ level }) => level === 'ERROR'),
      [],
    );
    // A standard queue keeps no order.
    const order = (list: unknown[]) => list.map((each) => JSON.stringify(each)).sort();
    t.strictSame(order(views), order(byLambda));
  });
}

function sendRecord(queue: { send: (body: string, sent: object) => string }, record: SqsRecord): void {
  const attributes = Object.entries(record.messageAttributes ?? {}).map(
    ([name, { dataType, stringValue, binaryValue }]) =>
      [name, { DataType: dataType, StringValue: stringValue, BinaryValue: binaryValue }] as const,
  );
  const { MessageGroupId: group } = record.attributes;
  queue.send(record.body, { group, attributes: Object.fromEntries(attributes), system: record.attributes });
}

t.test('messages as the event that Lambda makes of them', async (t) => {
  const { Records } = JSON.parse(JSON.stringify(await SAMPLES.sqs!.load())) as {
    Records: (SqsRecord & {
      messageId: string;
      receiptHandle: string;
      md5OfBody: string;
      eventSourceARN: string;
    })[];
  };
  const messages = Records.map((record) => ({
    id: record.messageId,
    body: record.body,
    receiptHandle: record.receiptHandle,
    md5OfBody: record.md5OfBody,
    attributes: record.attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(record.messageAttributes).map(([name, { dataType, stringValue, binaryValue }]) => [
        name,
        {
          dataType,
          stringValue,
          binaryValue: binaryValue === undefined ? undefined : Buffer.from(binaryValue, 'base64'),
        },
      ]),
    ),
  }));
  const { onInstances } = sqs();
  if (typeof onInstances !== 'object') throw new Error('an SQS queue can be polled on instances');
  const made = JSON.parse(JSON.stringify(onInstances.toEvent(messages, Records[0]!.eventSourceARN)));
  const known = new Set(['stringListValues', 'binaryListValues']);
  const strip = (value: unknown) =>
    JSON.parse(JSON.stringify(value, (key, each) => (known.has(key) ? undefined : each)));
  t.strictSame(strip(made), strip({ Records }));
});

t.test('every other source says why it stays in Lambda', async (t) => {
  const events = await import('../../src/adapters/lambda/sources/events/index.ts');
  const others: EventSource<never>[] = [
    events.kinesis(),
    events.dynamodb(),
    events.kafka(),
    events.firehose(),
    events.cognito({ trigger: 'PreSignUp' } as never),
    events.customResource(),
  ] as never;
  for (const source of others)
    t.match(
      placementRefusal(source, 'instances'),
      new RegExp(`^${source.type} events cannot run on instances: \\w`),
    );
});
