import { gzipSync } from 'node:zlib';
import t from 'tap';
import {
  cloudWatchLogs,
  codeCommit,
  cognito,
  dynamodb,
  eventBridge,
  kafka,
  kinesis,
  s3,
  schedule,
  ses,
  sns,
  sqs,
} from '../../../../src/adapters/lambda/sources/events/index.ts';
import { fail, failures, runOn, sampleOf } from './support.ts';

const TIME = new Date('2025-11-25T00:00:00Z');

t.test('s3: keys are decoded, plus is a space; EventBridge gives the same record', async (t) => {
  const direct = await runOn(s3(), await sampleOf('s3'));
  const bridged = await runOn(s3(), await sampleOf('s3-eventbridge'));
  const { raw, ...record } = direct.seen[0]!;
  t.same(record, {
    eventName: 'ObjectCreated:Put',
    time: TIME,
    region: 'eu-west-1',
    bucket: 'example-uploads',
    key: 'photos/summer 2025/café+1.jpg',
    size: 1024,
    etag: 'd41d8cd98f00b204e9800998ecf8427e',
    versionId: '096fKKXTRTtl3on89fVO.nfljtsv6qko',
    sequencer: '0055AED6DCD90281E5',
  });
  t.same({ ...bridged.seen[0], raw }, { ...record, raw });
  t.equal((raw as { s3: { object: { key: string } } }).s3.object.key, 'photos/summer+2025/caf%C3%A9%2B1.jpg');
});

t.test('s3: a key by EventBridge is not decoded, and its reasons become event names', async (t) => {
  const event = await sampleOf('s3-eventbridge');
  event.detail.object.key = '100%+a%20b';
  const cases: [type: string, detail: object, name: string][] = [
    ['Object Created', { reason: 'CompleteMultipartUpload' }, 'ObjectCreated:CompleteMultipartUpload'],
    ['Object Created', { reason: 'POST Object' }, 'ObjectCreated:Post'],
    [
      'Object Deleted',
      { reason: 'DeleteObject', 'deletion-type': 'Permanently Deleted' },
      'ObjectRemoved:Delete',
    ],
    [
      'Object Deleted',
      { reason: 'Lifecycle Expiration', 'deletion-type': 'Delete Marker Created' },
      'LifecycleExpiration:DeleteMarkerCreated',
    ],
    ['Object Tags Added', {}, 'ObjectTagging:Put'],
    ['Object Something New', {}, 'Object Something New'],
  ];
  for (const [type, detail, name] of cases) {
    event['detail-type'] = type;
    event.detail = { ...event.detail, reason: undefined, ...detail };
    const [record] = (await runOn(s3(), event)).seen;
    t.match(record, { eventName: name, key: '100%+a%20b' }, type);
  }
});

t.test('s3: bad records fail the event after all were seen; the test event is ignored', async (t) => {
  const event = await sampleOf('s3');
  const [good] = event.Records;
  const bad = { ...good, s3: { ...good.s3, object: { key: 'a%FFb' } } };
  event.Records = [bad, good];
  const seen: string[] = [];
  const handle = ({ key }: { key: string }) => {
    seen.push(key);
  };
  await t.rejects(runOn(s3(), event, handle), {
    name: 'RecordError',
    source: 's3',
    recordId: 'example-uploads/a%FFb',
    message: /the key is not URL-encoded/,
  });
  t.same(seen, ['photos/summer 2025/café+1.jpg']);
  event.Records = [good, good, good];
  await t.rejects(
    runOn(s3(), event, (_record, { length }) => (length < 3 ? fail() : undefined)),
    {
      name: 'AggregateError',
      message: '2 of 3 records failed',
    },
  );
  const test = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b', Time: TIME.toISOString() };
  const ignored = await runOn(s3(), test);
  t.same(ignored.seen, []);
  t.match(ignored.lines, [{ message: 'S3 test event ignored' }]);
});

t.test('sns: text, JSON, attributes', async (t) => {
  const event = await sampleOf('sns');
  const [text] = (await runOn(sns(), event)).seen;
  t.match(text, {
    messageId: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
    message: '{"id":42,"total":9.5}',
    subject: 'Order placed',
    attributes: { kind: 'order', hash: new Uint8Array([0, 1, 2]) },
    topicArn: 'arn:aws:sns:eu-west-1:123456789012:orders',
    publishedAt: TIME,
  });
  const [json] = (await runOn(sns<{ id: number }>({ message: 'json' }), event)).seen;
  t.same(json!.message, { id: 42, total: 9.5 });
  event.Records[0].Sns.Message = 'hello';
  await t.rejects(runOn(sns({ message: 'json' }), event), {
    name: 'RecordError',
    message: /^sns record 95df01b4-\S+: the message is not JSON: /,
  });
});

t.test('sqs: body and attributes', async (t) => {
  const event = await sampleOf('sqs');
  event.Records[0].messageAttributes.hash = { dataType: 'Binary', binaryValue: 'AAEC' };
  const { seen, result } = await runOn(sqs<{ id: number }>({ body: 'json' }), event);
  t.same(
    seen.map(({ body }) => body.id),
    [42, 43],
  );
  t.match(seen[0], {
    messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
    attributes: { kind: 'order', hash: new Uint8Array([0, 1, 2]) },
    receiveCount: 1,
    sentAt: TIME,
    groupId: undefined,
    queueArn: 'arn:aws:sqs:eu-west-1:123456789012:orders',
  });
  t.same(result, failures());
  t.equal((await runOn(sqs(), event)).seen[0]!.body, '{"id":42,"total":9.5}');
  t.match((await runOn(sqs(), await sampleOf('sqs-fifo'))).seen[0], {
    groupId: 'customer-1',
    deduplicationId: 'dedup-01',
  });
});

t.test('kinesis: bytes, text, JSON', async (t) => {
  const event = await sampleOf('kinesis');
  const text = '{"id":42,"total":9.5}';
  const [record] = (await runOn(kinesis(), event)).seen;
  t.same(record!.data, new Uint8Array(Buffer.from(text)));
  t.equal(record!.data.constructor, Uint8Array);
  t.match(record, {
    partitionKey: 'customer-1',
    sequenceNumber: /^4959033827149/,
    shardId: 'shardId-000000000006',
    arrivedAt: new Date(TIME.getTime() + 500),
    streamArn: 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders',
  });
  t.equal((await runOn(kinesis({ data: 'text' }), event)).seen[0]!.data, text);
  t.same((await runOn(kinesis({ data: 'json' }), event)).seen[0]!.data, { id: 42, total: 9.5 });
  event.Records[0].kinesis.data = Buffer.from([0xff, 0xfe]).toString('base64');
  t.match((await runOn(kinesis({ data: 'text' }), event)).lines, [
    { error: { message: /is not UTF-8 text/ } },
  ]);
});

t.test('dynamodb: plain values', async (t) => {
  const { seen } = await runOn(dynamodb(), await sampleOf('dynamodb'));
  const { raw: _, ...change } = seen[0]!;
  t.same(change, {
    eventName: 'MODIFY',
    eventId: 'c4ca4238a0b923820dcc509a6f75849b',
    keys: { id: 42 },
    newImage: { id: 42, total: 9.5, tags: new Set(['new', 'paid']) },
    oldImage: { id: 42, total: 8, tags: new Set(['new']) },
    sequenceNumber: '4421584500000000017450439091',
    changedAt: TIME,
    expired: false,
    streamArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2025-11-01T00:00:00.000',
  });
  const ttl = await sampleOf('dynamodb');
  ttl.Records[0].eventName = 'REMOVE';
  ttl.Records[0].userIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
  delete ttl.Records[0].dynamodb.NewImage;
  t.match((await runOn(dynamodb(), ttl)).seen[0], { expired: true, newImage: undefined });
});

t.test('eventbridge and schedule', async (t) => {
  const { seen } = await runOn(eventBridge<{ id: number }>(), await sampleOf('eventbridge'));
  const { raw: _, ...event } = seen[0]!;
  t.same(event, {
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    source: 'orders',
    detailType: 'Order Placed',
    detail: { id: 42, total: 9.5 },
    time: TIME,
    account: '123456789012',
    region: 'eu-west-1',
    resources: [],
  });
  const nightly = await runOn(schedule(), await sampleOf('schedule'));
  t.match(nightly.seen[0], {
    time: TIME,
    resources: ['arn:aws:events:eu-west-1:123456789012:rule/nightly'],
  });
});

t.test('codecommit: trigger and EventBridge give the same change', async (t) => {
  const [direct] = (await runOn(codeCommit(), await sampleOf('codecommit'))).seen;
  const [bridged] = (await runOn(codeCommit(), await sampleOf('codecommit-eventbridge'))).seen;
  const { raw: _, ...change } = direct!;
  t.same(change, {
    repository: 'website',
    repositoryArn: 'arn:aws:codecommit:eu-west-1:123456789012:website',
    ref: 'refs/heads/main',
    commit: '5c4ef1049f1d27deadbeeff313e0730018be182b',
    created: false,
    deleted: false,
    time: TIME,
    userArn: 'arn:aws:iam::123456789012:user/jane',
    customData: 'build',
  });
  t.same({ ...bridged, customData: 'build', raw: 0 }, { ...change, raw: 0 });
});

t.test('cloudwatch-logs: unpacked; control messages and broken data', async (t) => {
  const { seen } = await runOn(cloudWatchLogs(), await sampleOf('cloudwatch-logs'));
  t.match(seen, [{ logGroup: '/orders/web', owner: '123456789012', subscriptionFilters: ['errors'] }]);
  t.match(seen[0]!.logEvents, [{ time: TIME, message: 'ERROR payment refused' }, {}]);
  const packed = (data: string) => ({ awslogs: { data } });
  const control = gzipSync('{"messageType":"CONTROL_MESSAGE","logEvents":[]}').toString('base64');
  t.same((await runOn(cloudWatchLogs(), packed(control))).seen, []);
  for (const data of ['H4sI', Buffer.from('plain').toString('base64'), gzipSync('no').toString('base64')]) {
    await t.rejects(runOn(cloudWatchLogs(), packed(data)), {
      code: 'UNSUPPORTED_EVENT',
      message: /^The cloudwatch-logs event is malformed: awslogs.data is no gzipped JSON/,
    });
  }
});

t.test('ses: mail, verdicts, disposition', async (t) => {
  const event = await sampleOf('ses');
  const { seen, result } = await runOn(ses(), event);
  t.match(seen[0], {
    messageId: 'o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1',
    source: 'jane@example.com',
    recipients: ['support@example.org'],
    subject: 'Order 42',
    from: ['Jane Doe <jane@example.com>'],
    receivedAt: TIME,
    verdicts: { spam: 'PASS', dmarc: 'PASS' },
  });
  t.same(result, { disposition: 'CONTINUE' });
  t.same((await runOn(ses(), event, () => ({ disposition: 'STOP_RULE_SET' }))).result, {
    disposition: 'STOP_RULE_SET',
  });
  await t.rejects(
    runOn(ses(), event, () => ({ disposition: 'STOP' as 'STOP_RULE' })),
    /the handler returned "STOP", none of CONTINUE/,
  );
});

t.test('cognito: the event comes back with the response filled in', async (t) => {
  const event = await sampleOf('cognito');
  const before = structuredClone(event);
  const { seen, result } = await runOn(cognito({ trigger: 'PreSignUp' }), event, ({ request }) => ({
    autoConfirmUser: request.userAttributes.email?.endsWith('@example.com'),
  }));
  t.match(seen[0], { triggerSource: 'PreSignUp_SignUp', userName: 'jane', clientId: '1example23456789' });
  t.same(result, { ...event, response: { ...event.response, autoConfirmUser: true } });
  t.same(event, before, 'the event is not changed');
  t.same((await runOn(cognito({ trigger: 'PreSignUp' }), event)).result, event);
  const tokens = { ...event, triggerSource: 'TokenGeneration_HostedAuth' };
  t.ok(cognito({ trigger: 'PreTokenGeneration' }).matches(tokens));
});

t.test('kafka: values, tombstones, headers; partitions in order, a failure fails the batch', async (t) => {
  const event = await sampleOf('kafka');
  const [first] = event.records['orders-0'];
  event.records['orders-0'].push({ ...first, offset: 16, value: null });
  event.records['orders-1'] = [{ ...first, partition: 1, offset: 7 }];
  const { seen, result } = await runOn(kafka<{ id: number }>({ value: 'json' }), event);
  t.match(seen[0], {
    topic: 'orders',
    offset: 15,
    value: { id: 42 },
    key: new Uint8Array(Buffer.from('customer-1')),
    headers: [{ name: 'kind', value: new Uint8Array(Buffer.from('order')) }],
  });
  t.same(seen.map(({ partition, offset }) => `${partition}@${offset}`).sort(), ['0@15', '0@16', '1@7']);
  t.equal(seen.find(({ offset }) => offset === 16)!.value, undefined);
  t.equal(result, undefined);
  const offsets: number[] = [];
  const handle = ({ offset }: { offset: number }) => {
    offsets.push(offset);
    if (offset === 15) fail('stop');
  };
  await t.rejects(runOn(kafka(), event, handle), /stop/);
  t.same(offsets.sort(), [15, 7], 'the rest of the partition is not run');
});
