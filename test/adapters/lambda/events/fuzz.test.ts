// Every part of every sample event, removed and given another type: a clear error or a handler that sees sane values.
import t from 'tap';
import {
  cloudWatchLogs,
  codeCommit,
  cognito,
  customResource,
  dynamodb,
  eventBridge,
  firehose,
  kafka,
  kinesis,
  RecordError,
  s3,
  schedule,
  ses,
  sns,
  sqs,
} from '../../../../src/adapters/lambda/sources/events/index.ts';
import { invokeHttp } from '../../../../src/adapters/lambda/sources/http/invoke.ts';
import { SAMPLES } from '../../../../src/adapters/lambda/sources/samples/index.ts';
import {
  Context,
  createLogger,
  createRegistry,
  type EventSource,
  HttpError,
} from '../../../../src/core/index.ts';

const ODD: readonly unknown[] = [undefined, null, 7, 'x', {}, [], true, [null], [7], { x: null }];

/** Of each kind of event all sources that take it. */
const SOURCES: Readonly<Record<string, readonly EventSource<never, never>[]>> = {
  s3: [s3()],
  's3-eventbridge': [s3(), eventBridge()],
  sns: [sns(), sns({ message: 'json' })],
  sqs: [sqs(), sqs({ body: 'json', batch: true })],
  'sqs-fifo': [sqs()],
  ses: [ses()],
  dynamodb: [dynamodb(), dynamodb({ batch: true }), dynamodb({ batch: true, tumblingWindow: 60 })],
  kinesis: [kinesis(), kinesis({ data: 'json', batch: true })],
  eventbridge: [eventBridge()],
  schedule: [schedule(), schedule({ input: { a: 1 } })],
  codecommit: [codeCommit()],
  'codecommit-eventbridge': [codeCommit()],
  'cloudwatch-logs': [cloudWatchLogs()],
  cognito: [cognito({ trigger: 'PreSignUp' })],
  firehose: [firehose(), firehose({ data: 'text' })],
  kafka: [kafka()],
} as never;

/** The path of every part, the containers' too. */
function* pathsOf(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) yield* pathsOf(part, [...path, key]);
}

function withOdd(event: unknown, path: readonly string[], odd: unknown): unknown {
  const copy = structuredClone(event) as Record<string, unknown>;
  let parent = copy;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  const last = path.at(-1)!;
  if (odd === undefined && Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (odd === undefined) delete parent[last];
  else parent[last] = odd;
  return copy;
}

function* datesIn(value: unknown, depth = 0): Generator<Date> {
  if (value instanceof Date) yield value;
  else if (typeof value === 'object' && value !== null && depth < 6) {
    for (const [key, part] of Object.entries(value)) if (key !== 'raw') yield* datesIn(part, depth + 1);
  }
}

const errors: unknown[] = [];
const logger = createLogger({
  write: (line) => {
    const { error } = JSON.parse(line) as { error?: { name: string } };
    if (error) errors.push(error);
  },
});
const contextOf = (event: unknown) => new Context({ requestId: 'r', functionName: 'f', logger, event });

const isClear = (error: unknown): boolean =>
  error instanceof AggregateError
    ? error.errors.every(isClear)
    : error instanceof RecordError || (error instanceof HttpError && error.code === 'UNSUPPORTED_EVENT');

for (const [name, sources] of Object.entries(SOURCES)) {
  t.test(`${name}: an odd part is a clear error, or does no harm`, async (t) => {
    const sample = await SAMPLES[name]!.load();
    const problems: string[] = [];
    let runs = 0;
    for (const path of pathsOf(sample)) {
      for (const odd of ODD) {
        const event = withOdd(sample, path, odd);
        for (const source of sources) {
          const where = `${path.join('.')} = ${JSON.stringify(odd)}`;
          errors.length = 0;
          runs++;
          const handle = (payload: unknown): unknown => {
            for (const date of datesIn(payload))
              if (Number.isNaN(date.getTime())) problems.push(`${where}: Invalid Date`);
            return name === 'firehose' ? 'data' : undefined;
          };
          try {
            await source.run(event, contextOf(event), handle as never);
          } catch (error) {
            if (!isClear(error)) problems.push(`${where}: ${error}`);
            else if (!(error as Error).message) problems.push(`${where}: no message`);
          }
          for (const error of errors as { name: string; message: string }[])
            if (error.name === 'TypeError' || error.name === 'RangeError')
              problems.push(`${where}: ${error.message}`);
        }
      }
    }
    t.ok(runs >= 2 * ODD.length);
    t.strictSame(problems.slice(0, 20), []);
  });
}

t.test('custom resources: an odd part is a clear error, or an answer to CloudFormation', async (t) => {
  const sample = await SAMPLES.cloudformation!.load();
  const problems: string[] = [];
  for (const path of pathsOf(sample)) {
    for (const odd of ODD) {
      // Nobody listens there: only the decoding is looked at.
      const event = withOdd({ ...(sample as object), ResponseURL: 'http://127.0.0.1:1/' }, path, odd);
      const { ResponseURL: url } = event as { ResponseURL?: unknown };
      if (url === 'http://127.0.0.1:1/') continue;
      try {
        await customResource().run(event, contextOf(event), () => undefined);
      } catch (error) {
        if (!isClear(error)) problems.push(`${path.join('.')} = ${JSON.stringify(odd)}: ${error}`);
      }
    }
  }
  t.strictSame(problems, []);
});

const HTTP = [
  'apigateway-v1',
  'apigateway-v2',
  'function-url',
  'alb',
  'alb-multi',
  'vpc-lattice-v1',
  'vpc-lattice-v2',
];

for (const name of HTTP) {
  t.test(`${name}: an odd part is a clear error, or a request like any other`, async (t) => {
    const service = createRegistry({ name: 'fuzz' })
      .all('/*', async (request) => [
        request.url,
        [...request.query],
        request.cookies,
        request.clientIp,
        await request.text(),
      ])
      .freeze();
    const sample = await SAMPLES[name]!.load();
    const problems: string[] = [];
    for (const path of pathsOf(sample)) {
      for (const odd of ODD) {
        const event = withOdd(sample, path, odd);
        errors.length = 0;
        try {
          const result = (await invokeHttp(service, event, contextOf(event), { basePath: '' })) as {
            statusCode: number;
          };
          if (result.statusCode >= 500)
            problems.push(`${path.join('.')} = ${JSON.stringify(odd)}: ${JSON.stringify(errors)}`);
        } catch (error) {
          if (!isClear(error)) problems.push(`${path.join('.')} = ${JSON.stringify(odd)}: ${error}`);
        }
      }
    }
    t.strictSame(problems.slice(0, 20), []);
  });
}
