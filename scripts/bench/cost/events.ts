/** Events of every source with a field or a list that grows. */
import { gzipSync } from 'node:zlib';
import {
  cloudWatchLogs,
  codeCommit,
  dynamodb,
  firehose,
  kafka,
  kinesis,
  s3,
  ses,
  sns,
  sqs,
} from '../../../src/adapters/lambda/sources/events/index.ts';
import { invokeHttp, isHttpEvent } from '../../../src/adapters/lambda/sources/http/invoke.ts';
import { SAMPLES } from '../../../src/adapters/lambda/sources/samples/index.ts';
import { Context, createLogger, createRegistry, type EventSource } from '../../../src/core/index.ts';
import { type CostCase, list, NAMES, parsing } from './case.ts';

// biome-ignore lint/suspicious/noExplicitAny: events are made of samples, part by part
type Event = any;

const logger = createLogger({ write: () => {} });
const contextOf = (event: unknown) => new Context({ requestId: 'cost', functionName: 'cost', logger, event });

const service = createRegistry({ name: 'cost' })
  .all('/*', async (request) => {
    const body = await request.bytes();
    return [[...request.query].length, Object.keys(request.cookies).length, body.length];
  })
  .freeze();

const HTTP = [
  'apigateway-v1',
  'apigateway-v2',
  'alb',
  'alb-multi',
  'vpc-lattice-v1',
  'vpc-lattice-v2',
] as const;

/** What an event of an HTTP source may have much of; each source reads its own fields. */
const GROWTH: Readonly<Record<string, (event: Event, n: number) => Event>> = {
  'headers and cookies': (event, n) => {
    const names = list((at) => [`x-${at}`, 'v'] as const)(n);
    const cookies = list((at) => `c${at}=v`)(n);
    const headers = { ...event.headers, ...Object.fromEntries(names), cookie: cookies.join('; ') };
    const multi = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value, value]]));
    const lists = event.multiValueHeaders ? { multiValueHeaders: multi } : {};
    const v2 = event.cookies ? { cookies } : {};
    return { ...event, ...(event.headers ? { headers } : {}), ...lists, ...v2 };
  },
  'query and path': (event, n) => {
    const query = Object.fromEntries(list((at) => [`k${at}`, 'a b'] as const)(n));
    const multi = Object.fromEntries(Object.keys(query).map((name) => [name, ['a b', 'c']]));
    const text = new URLSearchParams(query).toString();
    const path = `/${'a\u00e9 /'.repeat(n)}`;
    return {
      ...event,
      ...('path' in event ? { path } : {}),
      ...('rawPath' in event ? { rawPath: path, rawQueryString: text } : {}),
      ...('raw_path' in event ? { raw_path: `/${'a/'.repeat(n)}?${text}` } : {}),
      ...(event.queryStringParameters ? { queryStringParameters: query } : {}),
      ...(event.query_string_parameters ? { query_string_parameters: query } : {}),
      ...(event.multiValueQueryStringParameters ? { multiValueQueryStringParameters: multi } : {}),
    };
  },
  'a base64 body': (event, n) => ({
    ...event,
    body: Buffer.alloc(n * 40, 'x').toString('base64'),
    isBase64Encoded: true,
    is_base64_encoded: true,
  }),
};

async function httpCases(): Promise<CostCase[]> {
  const cases: CostCase[] = [];
  for (const name of HTTP) {
    const sample = await SAMPLES[name]!.load();
    for (const [what, grow] of Object.entries(GROWTH)) {
      cases.push(
        parsing(
          `${name} event, ${what}`,
          NAMES,
          (n) => grow(sample, n),
          (event) => invokeHttp(service, event, contextOf(event)),
        ),
      );
    }
    cases.push(
      parsing(
        `${name} event, told apart`,
        10_000,
        (n) => ({ x: list((at) => at)(n), ...(sample as object) }),
        isHttpEvent,
      ),
    );
  }
  return cases;
}

interface Records {
  readonly sample: string;
  /** Of any payload. */
  readonly source: unknown;
  /** The part of one record that grows. */
  readonly grow: (record: Event, n: number) => Event;
}

const attributes = (n: number, value: (at: number) => unknown) =>
  Object.fromEntries(list((at) => [`a${at}`, value(at)] as const)(n));
const base64 = (n: number) => Buffer.from(JSON.stringify('x'.repeat(n * 20))).toString('base64');

const SOURCES: Readonly<Record<string, Records>> = {
  sqs: {
    sample: 'sqs',
    source: sqs({ body: 'json' }),
    grow: (record, n) => ({
      ...record,
      body: JSON.stringify('x'.repeat(n * 20)),
      messageAttributes: attributes(n, () => ({ dataType: 'String', stringValue: 'x' })),
    }),
  },
  'sqs-fifo': {
    sample: 'sqs-fifo',
    source: sqs(),
    grow: (record, n) => ({ ...record, body: 'x'.repeat(n * 20) }),
  },
  sns: {
    sample: 'sns',
    source: sns({ message: 'json' }),
    grow: ({ Sns, ...record }, n) => ({
      ...record,
      Sns: {
        ...Sns,
        Message: JSON.stringify('x'.repeat(n * 20)),
        MessageAttributes: attributes(n, () => ({ Type: 'String', Value: 'x' })),
      },
    }),
  },
  s3: {
    sample: 's3',
    source: s3(),
    grow: (record, n) => {
      const object = { ...record.s3.object, key: 'a+%41'.repeat(n) };
      return { ...record, s3: { ...record.s3, object } };
    },
  },
  kinesis: {
    sample: 'kinesis',
    source: kinesis({ data: 'json' }),
    grow: (record, n) => ({ ...record, kinesis: { ...record.kinesis, data: base64(n) } }),
  },
  dynamodb: {
    sample: 'dynamodb',
    source: dynamodb({ numbers: 'bigint' }),
    grow: (record, n) => {
      const NewImage = attributes(n, (at) => (at % 2 ? { N: String(at) } : { L: [{ S: 'x' }, { M: {} }] }));
      return { ...record, dynamodb: { ...record.dynamodb, NewImage } };
    },
  },
  ses: {
    sample: 'ses',
    source: ses(),
    grow: (record, n) => {
      const headers = list((at) => ({ name: `h${at % 10}`, value: 'v' }))(n);
      return { ...record, ses: { ...record.ses, mail: { ...record.ses.mail, headers } } };
    },
  },
  codecommit: {
    sample: 'codecommit',
    source: codeCommit(),
    grow: (record, n) => {
      const [reference] = record.codecommit.references;
      return { ...record, codecommit: { ...record.codecommit, references: list(() => reference)(n) } };
    },
  },
};

const run = (source: unknown, event: Event) =>
  Promise.resolve((source as EventSource<never>).run(event, contextOf(event), (() => {}) as never)).catch(
    (error) => error,
  );

/** Whose records grow by names. */
const NAMED = new Set(['sqs', 'sns', 'dynamodb']);

async function recordCases(): Promise<CostCase[]> {
  const cases: CostCase[] = [];
  for (const [name, { sample, source, grow }] of Object.entries(SOURCES)) {
    const event = (await SAMPLES[sample]!.load()) as Event;
    const [record] = event.Records;
    const many = (n: number) => ({ ...event, Records: list((at) => numbered(record, at))(n) });
    const large = (n: number) => ({ ...event, Records: [grow(record, n)] });
    if (name !== 'ses')
      cases.push(parsing(`${name} event, records`, 1000, many, (made) => run(source, made)));
    cases.push(
      parsing(`${name} event, a large record`, NAMED.has(name) ? NAMES : 16_000, large, (made) =>
        run(source, made),
      ),
    );
  }
  return cases;
}

/** Ids must differ, and so must the groups of a FIFO queue. */
function numbered(record: Event, at: number): Event {
  const copy = structuredClone(record);
  if (copy.messageId) copy.messageId = `m${at}`;
  if (copy.attributes?.MessageGroupId) copy.attributes.MessageGroupId = `g${at % 100}`;
  if (copy.kinesis) copy.kinesis.sequenceNumber = String(at);
  if (copy.dynamodb) copy.dynamodb.SequenceNumber = String(at);
  return copy;
}

async function otherCases(): Promise<CostCase[]> {
  const load = (name: string) => SAMPLES[name]!.load() as Promise<Event>;
  const [streams, topics, change] = [await load('firehose'), await load('kafka'), await load('dynamodb')];
  const [topic, [message]] = Object.entries<Event[]>(topics.records)[0]! as [string, [Event]];
  const logEvents = list((at) => ({ id: String(at), timestamp: at, message: 'x' }));
  const head = { messageType: 'DATA_MESSAGE', owner: '1', logGroup: 'g', logStream: 's' };
  const nested = (n: number) => {
    let value: Event = { S: 'x' };
    for (let level = 0; level < n; level++) value = level % 2 ? { L: [value] } : { M: { a: value } };
    const [record] = change.Records;
    return { Records: [{ ...record, dynamodb: { ...record.dynamodb, NewImage: { a: value } } }] };
  };
  const digits = (n: number) => {
    const [record] = change.Records;
    return {
      Records: [{ ...record, dynamodb: { ...record.dynamodb, NewImage: { a: { N: '9'.repeat(n) } } } }],
    };
  };
  return [
    parsing(
      'firehose event, records',
      1000,
      (n) => ({ ...streams, records: list((at) => ({ ...streams.records[0], recordId: `r${at}` }))(n) }),
      (event) => run(firehose({}), event),
    ),
    parsing(
      'kafka event, records',
      2000,
      (n) => ({ ...topics, records: { [topic]: list((at) => ({ ...message, offset: at }))(n) } }),
      (event) => run(kafka({}), event),
    ),
    parsing(
      'cloudwatch-logs event, entries',
      4000,
      (n) => ({
        awslogs: { data: gzipSync(JSON.stringify({ ...head, logEvents: logEvents(n) })).toString('base64') },
      }),
      (event) => run(cloudWatchLogs(), event),
    ),
    parsing('dynamodb event, nesting', 60, nested, (event) => run(dynamodb(), event)),
    parsing('dynamodb event, digits', 4000, digits, (event) => run(dynamodb({ numbers: 'bigint' }), event)),
  ];
}

export async function eventCosts(): Promise<CostCase[]> {
  return [...(await httpCases()), ...(await recordCases()), ...(await otherCases())];
}
