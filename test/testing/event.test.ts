import t from 'tap';
import { s3, sns, sqs } from '../../src/adapters/lambda/sources/events/index.ts';
import { SAMPLES } from '../../src/adapters/lambda/sources/samples/index.ts';
import { createLogger, createRegistry } from '../../src/core/index.ts';
import { type EventName, event, invokeFunction } from '../../src/testing/index.ts';
import { EVENTS } from '../../src/testing/samples.ts';

t.test('without overrides it is the sample of app events, and never the same object', async (t) => {
  t.strictSame(Object.keys(EVENTS).sort(), Object.keys(SAMPLES).sort());
  for (const [name, { load }] of Object.entries(SAMPLES)) {
    t.strictSame(event(name as EventName), await load(), name);
    t.not(event(name as EventName), event(name as EventName), name);
  }
});

t.test('overrides are merged at any depth', async (t) => {
  const made = event('eventbridge', { source: 'shop', detail: { id: 7, lines: [1] } });
  t.strictSame(made, { ...event('eventbridge'), source: 'shop', detail: { id: 7, total: 9.5, lines: [1] } });
  t.match(event('schedule', { time: '2030-01-01T00:00:00Z' }), {
    source: 'aws.events',
    time: '2030-01-01T00:00:00Z',
  });
  t.match(event('cognito', { request: { userAttributes: { email: 'a@b.c' } } }), {
    triggerSource: /PreSignUp/,
  });
});

t.test('records of queues, topics and buckets reach their handlers', async (t) => {
  const registry = createRegistry({ name: 'shop' });
  const seen: unknown[] = [];
  registry.event('queue', sqs({ body: 'json' }), ({ body, messageId }) => void seen.push([body, messageId]));
  registry.event('topic', sns(), (record) => void seen.push(record));
  registry.event('bucket', s3(), (record) => void seen.push(record));
  await invokeFunction(registry, 'queue', event('sqs', [{ body: { id: 1 } }, { body: '2' }]));
  t.match(seen, [
    [{ id: 1 }, /0001$/],
    [2, /0002$/],
  ]);
  seen.length = 0;
  await invokeFunction(registry, 'topic', event('sns', { Message: { id: 3 }, Subject: 'New' }));
  t.match(JSON.stringify(seen), /"\{\\"id\\":3\}".*"New"|"New".*"\{\\"id\\":3\}"/);
  seen.length = 0;
  await invokeFunction(registry, 'bucket', event('s3', { bucket: 'uploads', key: 'a b/ü+.txt', size: 5 }));
  t.match(seen, [{ bucket: 'uploads', key: 'a b/ü+.txt', size: 5 }]);
  const { Records } = event('s3', { eventName: 'ObjectRemoved:Delete', key: 'x' }) as { Records: unknown[] };
  t.match(Records, [
    { eventName: 'ObjectRemoved:Delete', s3: { object: { key: 'x' }, bucket: { name: 'example-uploads' } } },
  ]);
});

t.test('what is no source or no override is refused by name', async (t) => {
  const refused = (work: () => unknown, message: RegExp) => t.throws(work, { name: 'ConfigError', message });
  refused(() => event('sqss' as never), /event "sqss": it is none of .*sqs, sqs-fifo/);
  refused(() => event('toString' as never), /event "toString"/);
  refused(() => event('schedule', [{}]), /event schedule: the overrides must be an object/);
  refused(() => event('sqs', ['body'] as never), /event sqs: .* a list of objects/);
});

t.test('a function gives what its caller would get', async (t) => {
  const registry = createRegistry({ name: 'shop' });
  const order: string[] = [];
  const lines: string[] = [];
  registry.onStart(() => order.push('start')).onStop(() => order.push('stop'));
  registry.function('date', () => ({ at: new Date(0), none: undefined }));
  registry.function('nothing', () => undefined);
  registry.function('stream', async function* () {
    yield 'plain ';
    yield 'text';
  });
  registry.function('fail', () => {
    throw new RangeError('no');
  });
  registry.function('big', () => 1n);
  registry.function('call', { invokes: ['date'] }, (_event, context) => context.invoke('date'));
  registry.function('context', (event, context) => {
    context.logger.info('seen');
    return [event, context.requestId, context.functionName, context.getRemainingTimeInMillis() <= 5000];
  });
  registry.function('slow', () => new Promise(() => {}));
  t.strictSame(await invokeFunction(registry, 'date'), { at: '1970-01-01T00:00:00.000Z' });
  t.strictSame(await invokeFunction(registry, 'nothing'), null);
  t.equal(await invokeFunction(registry, 'stream'), 'plain text');
  t.strictSame(await invokeFunction(registry, 'call'), { at: '1970-01-01T00:00:00.000Z' });
  const logger = createLogger({ write: (line) => lines.push(line) });
  const options = { requestId: 'r-1', timeoutMs: 5000, logger };
  t.strictSame(await invokeFunction(registry, 'context', { at: new Date(0) }, options), [
    { at: '1970-01-01T00:00:00.000Z' },
    ...['r-1', 'context', true],
  ]);
  t.match(lines.join(''), /"requestId":"r-1".*"seen"/);
  await t.rejects(invokeFunction(registry, 'fail'), { name: 'RangeError', message: 'no' });
  await t.rejects(invokeFunction(registry, 'big'), { name: 'Runtime.MarshalError' });
  await t.rejects(invokeFunction(registry, 'slow', {}, { timeoutMs: 10 }), { message: /10 ms/ });
  await t.rejects(invokeFunction(registry, 'dates'), {
    name: 'ConfigError',
    message: /no function "dates", there is date, nothing/,
  });
  t.strictSame(order, ['start']);
  t.equal(await registry.close(), true);
  t.strictSame(order, ['start', 'stop']);
});
