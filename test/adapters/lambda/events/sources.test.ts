import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import * as events from '../../../../src/adapters/lambda/sources/events/index.ts';
import { detectSource, HTTP_SOURCE_NAMES } from '../../../../src/adapters/lambda/sources/http/index.ts';
import { invokeHttp } from '../../../../src/adapters/lambda/sources/http/invoke.ts';
import { SAMPLES } from '../../../../src/adapters/lambda/sources/samples/index.ts';
import { createRegistry, type EventSource } from '../../../../src/core/index.ts';
import { runMain, SAMPLE_MAIN } from '../../../support/run-app.ts';
import { runOn, sampleOf, testContext } from './support.ts';

const {
  cloudWatchLogs,
  codeCommit,
  cognito,
  customResource,
  dynamodb,
  eventBridge,
  firehose,
  kafka,
  kinesis,
  s3,
  schedule,
  ses,
  sns,
  sqs,
} = events;

/** Sample name, what `detectSource` says of it, and its builder. */
const SOURCES: [sample: string, detected: string, source: EventSource<never, never>][] = [
  ['s3', 's3', s3()],
  ['s3-eventbridge', 'eventbridge', s3()],
  ['sns', 'sns', sns({ message: 'json' })],
  ['sqs', 'sqs', sqs({ body: 'json' })],
  ['sqs-fifo', 'sqs', sqs({ body: 'json' })],
  ['ses', 'ses', ses()],
  ['dynamodb', 'dynamodb', dynamodb()],
  ['kinesis', 'kinesis', kinesis({ data: 'json' })],
  ['eventbridge', 'eventbridge', eventBridge({ pattern: { source: ['orders'] } })],
  ['schedule', 'eventbridge', schedule()],
  ['codecommit', 'codecommit', codeCommit()],
  ['codecommit-eventbridge', 'eventbridge', codeCommit()],
  ['cloudwatch-logs', 'cloudwatch-logs', cloudWatchLogs()],
  ['cognito', 'cognito', cognito({ trigger: 'PreSignUp' })],
  ['cloudformation', 'cloudformation', customResource()],
  ['firehose', 'firehose', firehose({ data: 'json' })],
  ['kafka', 'kafka', kafka({ value: 'json' })],
] as [string, string, EventSource<never, never>][];

t.test('every sample is of the source it names, HTTP ones too', async (t) => {
  const http = ['alb-multi', ...HTTP_SOURCE_NAMES];
  t.same([...SOURCES.map(([name]) => name), ...http].sort(), Object.keys(SAMPLES).sort());
  for (const [sample, detected] of SOURCES) t.equal(detectSource(await sampleOf(sample)), detected, sample);
  for (const name of http) t.equal(detectSource(await sampleOf(name)), name === 'alb-multi' ? 'alb' : name);
});

t.test('every sample runs through a handler of its source', async (t) => {
  for (const [sample, , source] of SOURCES) {
    if (sample === 'cloudformation') continue; // It answers to a URL: custom-resource.test.ts.
    let calls = 0;
    const handler = () => {
      calls++;
      return undefined as never;
    };
    const service = createRegistry({ name: 'all' }).event('f', source, handler).freeze();
    const { context } = testContext();
    await service.functions.get('f')!.handler(await sampleOf(sample), context);
    const event = await sampleOf(sample);
    const records = event.Records ?? event.records?.['orders-0'] ?? event.records ?? [event];
    t.equal(calls, records.length, sample);
  }
  const routes = createRegistry({ name: 'http' })
    .get('/', (request) => request.query.getAll('tag').at(-1))
    .freeze();
  for (const name of ['alb-multi', ...HTTP_SOURCE_NAMES]) {
    const result = await invokeHttp(routes, await sampleOf(name), testContext().context, { basePath: '' });
    t.match(result, { statusCode: 200, body: 'b' }, name);
  }
});

t.test('a source takes its own events and refuses every other, naming both', async (t) => {
  let refused = 0;
  for (const [, , source] of SOURCES) {
    for (const [sample, detected] of SOURCES) {
      const event = await sampleOf(sample);
      const own = SOURCES.some(([name, , { type }]) => name === sample && type === source.type);
      t.equal(source.matches(event), own, `${source.type} and ${sample}`);
      if (own) continue;
      refused++;
      const message = `This handler takes ${source.type} events, but got: ${detected} event.`;
      t.throws(() => source.run(event, testContext().context, (() => t.fail('ran')) as never), {
        code: 'UNSUPPORTED_EVENT',
        message,
      });
    }
  }
  t.ok(refused > 200);
});

t.test('other things than events are refused too', async (t) => {
  const cases: [event: unknown, seen: string][] = [
    [null, 'null event'],
    ['x', 'string event'],
    [{ name: 'Ada', age: 3 }, 'event of unknown source (its keys: name, age)'],
    [{ Records: [] }, 'event of unknown source (its keys: Records)'],
    [await sampleOf('alb'), 'alb event'],
  ];
  for (const [event, seen] of cases) {
    t.throws(() => sqs().run(event, testContext().context, () => {}), {
      code: 'UNSUPPORTED_EVENT',
      message: `This handler takes sqs events, but got: ${seen}.`,
    });
  }
  const both = { ...(await sampleOf('sqs')), 'detail-type': 'x' };
  t.equal(sqs().matches(both), false);
  t.throws(() => sqs().run(both, testContext().context, () => {}), /marks of both sqs and eventbridge/);
});

t.test('eventbridge refuses what its pattern does not list', async (t) => {
  const event = await sampleOf('eventbridge');
  const takes = (pattern: object) => eventBridge({ pattern: { ...pattern } }).matches(event);
  t.ok(takes({ source: ['x', 'orders'] }));
  t.notOk(takes({ source: ['x'] }));
  t.notOk(takes({ source: ['orders'], 'detail-type': ['Other'] }));
  t.ok(takes({ source: [{ prefix: 'ord' }] }), 'only the rule knows more than literals');
  t.ok(takes({ detail: { id: [1] } }));
});

t.test('mistakes in options are errors at registration', async (t) => {
  const cases: [make: () => unknown, message: string | RegExp][] = [
    [() => sqs({ queue: 'orders' }), /^sqs: queue "orders": it must be an ARN \(arn:aws:sqs:/],
    [() => sqs({ queue: 'arn:aws:sns:eu-west-1:1:orders' }), /^sqs: queue/],
    [() => sqs({ batchSize: 0 }), 'sqs: batchSize 0: it must be a whole number from 1 to 10000'],
    [() => sqs({ batchSize: 11 }), 'sqs: batchSize 11: more than 10 needs batchWindow of 1 second or more'],
    [() => sqs({ queue: 'arn:aws:sqs:r:1:q.fifo', batchSize: 11 }), /from 1 to 10$/],
    [() => sqs({ queue: 'arn:aws:sqs:r:1:q.fifo', batchWindow: 1 }), /from 0 to 0$/],
    [() => sqs({ maxConcurrency: 1 }), /from 2 to 1000/],
    [() => sqs({ body: 'xml' as 'text' }), 'sqs: body "xml": it must be one of text, json'],
    [() => sns({ topic: 'x' }), /^sns: topic "x"/],
    [() => kinesis({ stream: 'arn:aws:dynamodb:r:1:t' }), /^kinesis: stream/],
    [() => kinesis({ maxAge: 59 }), /from 60 to 604800/],
    [() => kinesis({ startingPosition: 'AT' as 'LATEST' }), /TRIM_HORIZON or LATEST/],
    [() => dynamodb({ numbers: 'float' as 'number' }), /number, bigint or string/],
    [() => s3({ events: ['ObjectCreated'] }), /^s3: events "ObjectCreated"/],
    [() => s3({ events: [] }), /it must be a list/],
    [() => schedule({ expression: 'rate(1 minutes)' }), /^schedule: expression "rate\(1 minutes\)"/],
    [() => schedule({ expression: 'cron(0 3 * * *)' }), /six fields/],
    [() => eventBridge({ pattern: {} }), /at least one field/],
    [() => eventBridge({ bus: 'x' }), /bus needs it/],
    [() => cloudWatchLogs({ logGroup: 'a b' }), /the name of a log group/],
    [() => ses({ ruleName: 'x' }), /ruleName and recipients need it/],
    [() => firehose({ concurrency: 0 }), /^firehose: concurrency 0/],
  ];
  for (const [make, message] of cases) t.throws(make, { name: 'ConfigError', message });
  t.ok(sqs({ batchSize: 10_000, batchWindow: 1 }) && kinesis({ maxAge: -1, retries: -1 }));
  for (const good of ['rate(1 day)', 'rate(5 minutes)', 'cron(0 3 ? * MON-FRI *)'])
    t.ok(schedule({ expression: good }));
});

t.test('builders load neither zlib nor http', async (t) => {
  const entry = join(import.meta.dirname, '../../../../src/adapters/lambda/sources/events/index.ts');
  const program = `const before = new Set(process.moduleLoadList);
const { cloudWatchLogs, customResource } = await import(${JSON.stringify(entry)});
cloudWatchLogs(); customResource();
const loaded = process.moduleLoadList.filter((name) => !before.has(name));
await import('node:zlib');
const seen = process.moduleLoadList.includes('NativeModule zlib');
console.log(JSON.stringify({ loaded: loaded.filter((name) => /zlib|https?$|samples/.test(name)), seen }));`;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
    env: {},
    timeout: 20_000,
  });
  t.same(JSON.parse(stdout), { loaded: [], seen: true });
});

t.test('app events', async (t) => {
  const app = (args: string[], input?: string) => runMain(SAMPLE_MAIN, args, { input });
  const list = await app(['events']);
  t.equal(list.code, 0);
  const names = list.stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]);
  t.same(names, Object.keys(SAMPLES));
  const one = await app(['events', 'sqs']);
  t.same(JSON.parse(one.stdout), await sampleOf('sqs'));
  const routed = await app(['invoke', '--event', '-'], (await app(['events', 'apigateway-v2'])).stdout);
  t.match(JSON.parse(routed.stdout), { statusCode: 200, body: 'Hello world from Omega!' });
  const unknown = await app(['events', 'toString']);
  t.equal(unknown.code, 2);
  t.match(
    unknown.stderr,
    /^app: events: there is no source "toString", use one of apigateway-v1, .*kafka\n$/,
  );
});

t.test('a Cognito trigger that is newer than the list is taken by its name', async (t) => {
  const newer = cognito({ trigger: 'InboundFederation' as never });
  const event = { ...(await sampleOf('cognito')), triggerSource: 'InboundFederation_ExternalProvider' };
  t.equal(newer.matches(event), true);
  const { seen, result } = await runOn(newer, event, () => ({ accepted: true }) as never);
  t.match(seen, [{ triggerSource: 'InboundFederation_ExternalProvider' }]);
  t.match(result, { response: { accepted: true } });
});

t.test('a schedule with an input of its own gets it, whatever the scheduler puts in', async (t) => {
  const input = { job: 'report', due: '<aws.scheduler.scheduled-time>' };
  const nightly = schedule({ expression: 'rate(1 day)', input });
  t.strictSame(nightly.trigger, { type: 'schedule', expression: 'rate(1 day)', input });
  const { seen } = await runOn(nightly, { job: 'report', due: '2026-11-26T03:00:00Z' });
  t.strictSame(seen, [{ job: 'report', due: '2026-11-26T03:00:00Z' }]);
  await t.rejects(
    async () => schedule().run({ job: 'x' }, testContext().context, () => {}),
    /takes schedule events/,
  );
});

t.test('a bare list of records, and records without their payload, say what is wrong', async (t) => {
  const [record] = (await sampleOf('sqs')).Records;
  const run = async (event: unknown) => sqs().run(event, testContext().context, () => {});
  await t.rejects(run([record, record]), /bare list of 2 records, as EventBridge Pipes sends them/);
  await t.rejects(run({ Records: [record, 7] }), /Records is .*, not a list of objects/);
  const sent = async (event: unknown) => sns().run(event, testContext().context, () => {});
  await t.rejects(sent({ Records: [{ EventSource: 'aws:sns' }] }), /Sns is missing, not an object/);
});
