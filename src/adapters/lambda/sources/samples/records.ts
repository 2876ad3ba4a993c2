const REGION = 'eu-west-1';
const ACCOUNT = '123456789012';
const arn = (service: string, name: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

export const s3 = {
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: REGION,
      eventTime: '2025-11-25T00:00:00.000Z',
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: 'AWS:AIDAEXAMPLE' },
      requestParameters: { sourceIPAddress: '203.0.113.9' },
      responseElements: {
        'x-amz-request-id': 'C3D13FE58DE4C810',
        'x-amz-id-2': 'FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG',
      },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'uploads',
        bucket: {
          name: 'example-uploads',
          ownerIdentity: { principalId: 'A3NL1KOZZKExample' },
          arn: 'arn:aws:s3:::example-uploads',
        },
        object: {
          key: 'photos/summer+2025/caf%C3%A9%2B1.jpg',
          size: 1024,
          eTag: 'd41d8cd98f00b204e9800998ecf8427e',
          versionId: '096fKKXTRTtl3on89fVO.nfljtsv6qko',
          sequencer: '0055AED6DCD90281E5',
        },
      },
    },
  ],
};

export const sns = {
  Records: [
    {
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      EventSubscriptionArn: arn('sns', 'orders:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55'),
      Sns: {
        Type: 'Notification',
        MessageId: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
        TopicArn: arn('sns', 'orders'),
        Subject: 'Order placed',
        Message: '{"id":42,"total":9.5}',
        Timestamp: '2025-11-25T00:00:00.000Z',
        SignatureVersion: '1',
        Signature: 'EXAMPLE',
        SigningCertUrl: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-example.pem',
        UnsubscribeUrl: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
        MessageAttributes: {
          kind: { Type: 'String', Value: 'order' },
          hash: { Type: 'Binary', Value: 'AAEC' },
        },
      },
    },
  ],
};

const message = (messageId: string, queue: string, more: object, attributes: object = {}) => ({
  messageId,
  receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...',
  body: '{"id":42,"total":9.5}',
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '1764028800000',
    SenderId: 'AIDAEXAMPLE',
    ApproximateFirstReceiveTimestamp: '1764028800010',
    ...attributes,
  },
  messageAttributes: {},
  md5OfBody: '1adb9b2c6e4e0b5e9ee2b2b0d6e0a3aa',
  eventSource: 'aws:sqs',
  eventSourceARN: arn('sqs', queue),
  awsRegion: REGION,
  ...more,
});

export const sqs = {
  Records: [
    message('059f36b4-87a3-44ab-83d2-661975830a7d', 'orders', {
      messageAttributes: { kind: { stringValue: 'order', dataType: 'String' } },
    }),
    message('2e1424d4-f796-459a-8184-9c92662be6da', 'orders', { body: '{"id":43,"total":12}' }),
  ],
};

const inGroup = (group: string, sequence: string) => ({
  MessageGroupId: group,
  MessageDeduplicationId: `dedup-${sequence}`,
  SequenceNumber: `188534966868996864${sequence}`,
});

export const sqsFifo = {
  Records: [
    message('6a1cf3d8-0f8e-4a5e-9fb6-3a2b1d5c7e01', 'orders.fifo', {}, inGroup('customer-1', '01')),
    message('6a1cf3d8-0f8e-4a5e-9fb6-3a2b1d5c7e02', 'orders.fifo', {}, inGroup('customer-2', '02')),
  ],
};

const verdict = { status: 'PASS' };

export const ses = {
  Records: [
    {
      eventSource: 'aws:ses',
      eventVersion: '1.0',
      ses: {
        mail: {
          timestamp: '2025-11-25T00:00:00.000Z',
          source: 'jane@example.com',
          messageId: 'o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1',
          destination: ['support@example.org'],
          headersTruncated: false,
          headers: [
            { name: 'From', value: 'Jane Doe <jane@example.com>' },
            { name: 'To', value: 'support@example.org' },
            { name: 'Subject', value: 'Order 42' },
          ],
          commonHeaders: {
            returnPath: 'jane@example.com',
            from: ['Jane Doe <jane@example.com>'],
            to: ['support@example.org'],
            messageId: '<0123456789@example.com>',
            subject: 'Order 42',
          },
        },
        receipt: {
          timestamp: '2025-11-25T00:00:00.000Z',
          processingTimeMillis: 574,
          recipients: ['support@example.org'],
          spamVerdict: verdict,
          virusVerdict: verdict,
          spfVerdict: verdict,
          dkimVerdict: verdict,
          dmarcVerdict: verdict,
          action: { type: 'Lambda', functionArn: arn('lambda', 'function:mail'), invocationType: 'Event' },
        },
      },
    },
  ],
};

export const dynamodb = {
  Records: [
    {
      eventID: 'c4ca4238a0b923820dcc509a6f75849b',
      eventName: 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: REGION,
      dynamodb: {
        ApproximateCreationDateTime: 1764028800,
        Keys: { id: { N: '42' } },
        NewImage: { id: { N: '42' }, total: { N: '9.5' }, tags: { SS: ['new', 'paid'] } },
        OldImage: { id: { N: '42' }, total: { N: '8' }, tags: { SS: ['new'] } },
        SequenceNumber: '4421584500000000017450439091',
        SizeBytes: 59,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      eventSourceARN: arn('dynamodb', 'table/orders/stream/2025-11-01T00:00:00.000'),
    },
  ],
};

const SEQUENCE = '49590338271490256608559692538361571095921575989136588898';

export const kinesis = {
  Records: [
    {
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: 'customer-1',
        sequenceNumber: SEQUENCE,
        data: base64({ id: 42, total: 9.5 }),
        approximateArrivalTimestamp: 1764028800.5,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-000000000006:${SEQUENCE}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/work`,
      awsRegion: REGION,
      eventSourceARN: arn('kinesis', 'stream/orders'),
    },
  ],
};

export const codeCommit = {
  Records: [
    {
      awsRegion: REGION,
      codecommit: {
        references: [{ commit: '5c4ef1049f1d27deadbeeff313e0730018be182b', ref: 'refs/heads/main' }],
      },
      customData: 'build',
      eventId: '31ade2c7-f889-47c5-a937-1cf99e2790e9',
      eventName: 'ReferenceChanges',
      eventPartNumber: 1,
      eventSource: 'aws:codecommit',
      eventSourceARN: arn('codecommit', 'website'),
      eventTime: '2025-11-25T00:00:00.000+0000',
      eventTotalParts: 1,
      eventTriggerConfigId: '5678a8b3-8d80-40ab-9e3c-9d2ef0d2a1d3',
      eventTriggerName: 'on-push',
      eventVersion: '1.0',
      userIdentityARN: `arn:aws:iam::${ACCOUNT}:user/jane`,
    },
  ],
};

export const kafka = {
  eventSource: 'aws:kafka',
  eventSourceArn: arn('kafka', 'cluster/orders/751d2973-a626-431c-9d4e-d7975eb44dd7-2'),
  bootstrapServers: 'b-1.orders.a1b2c3.c2.kafka.eu-west-1.amazonaws.com:9092',
  records: {
    'orders-0': [
      {
        topic: 'orders',
        partition: 0,
        offset: 15,
        timestamp: 1764028800000,
        timestampType: 'CREATE_TIME',
        key: 'Y3VzdG9tZXItMQ==',
        value: base64({ id: 42, total: 9.5 }),
        headers: [{ kind: [111, 114, 100, 101, 114] }],
      },
    ],
  },
};

export const firehose = {
  invocationId: 'invoked123',
  deliveryStreamArn: arn('firehose', 'deliverystream/orders'),
  region: REGION,
  records: [
    {
      recordId: '49546986683135544286507457936321625675700192471156785154',
      approximateArrivalTimestamp: 1764028800000,
      data: base64({ id: 42, total: 9.5 }),
    },
  ],
};
