import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { eventBridge, sns, sqs as sqsSource } from '../../../src/adapters/lambda/sources/events/index.ts';
import { COUNTS_PATH } from '../../../src/adapters/worker/index.ts';
import { LIVENESS_PATH, READINESS_PATH } from '../../../src/core/index.ts';
import { scene, until } from './support.ts';

t.test('a function is called with the body of a message, and the message is deleted', async (t) => {
  const { sqs, registry, start } = await scene(t);
  const queue = sqs.queue('reports');
  const seen: unknown[] = [];
  registry.function('report', { runOn: 'instances' }, (event, context) => {
    seen.push({
      event,
      id: context.requestId,
      left: context.getRemainingTimeInMillis(),
      name: context.functionName,
    });
  });
  const id = queue.send('{"year":2026}');
  const worker = await start({ report: queue.arn });
  await until(() => worker.counts().report?.deleted === 1);
  t.strictSame(seen, [{ event: { year: 2026 }, id, left: Number.POSITIVE_INFINITY, name: 'report' }]);
  t.match(worker.counts().report, { received: 1, succeeded: 1, deleted: 1, failed: 0, running: 0 });
});

t.test('what fails is given back at once, and ends in the dead-letter queue', async (t) => {
  const { sqs, registry, log, start } = await scene(t);
  const deadLetters = sqs.queue('dead');
  const queue = sqs.queue('reports', { maxReceiveCount: 3, deadLetters });
  let calls = 0;
  registry.function('report', () => {
    calls++;
    throw new TypeError('no paper');
  });
  queue.send('{}');
  const worker = await start({ report: queue.arn }, { visibilityTimeout: 600 });
  await until(() => deadLetters.size === 1);
  t.equal(calls, 3);
  await until(() => worker.counts().report!.returned === 3);
  t.match(worker.counts().report, { received: 3, failed: 3, succeeded: 0 });
  t.match(
    log.find(({ message }) => message === 'invocation failed'),
    { function: 'report', level: 'ERROR' },
  );
});

t.test('with a delay, what fails comes again later, and later still', async (t) => {
  const { sqs, registry, start } = await scene(t);
  const queue = sqs.queue('reports');
  const calls: number[] = [];
  registry.function('report', () => {
    calls.push(performance.now());
    if (calls.length < 3) throw new Error('not yet');
  });
  queue.send('{}');
  await start({ report: queue.arn }, { retryDelay: 1 });
  await until(() => queue.deleted === 1);
  t.ok(calls[1]! - calls[0]! >= 900);
  t.ok(calls[2]! - calls[1]! >= 1900);
});

t.test('a body that is no JSON fails, a result that is none too', async (t) => {
  const { sqs, registry, start } = await scene(t);
  const deadLetters = sqs.queue('dead');
  const queue = sqs.queue('reports', { maxReceiveCount: 1, deadLetters });
  registry.function('report', () => 1n);
  queue.send('no json');
  queue.send('{}');
  await start({ report: queue.arn });
  await until(() => deadLetters.size === 2);
  t.equal(queue.size, 0);
});

t.test('of a batch only what failed comes again', async (t) => {
  const { sqs, registry, start } = await scene(t);
  const queue = sqs.queue('orders');
  const batches: number[] = [];
  const done = new Set<string>();
  registry.event('orders', sqsSource({ batch: true }), { runOn: 'instances' }, (messages) => {
    batches.push(messages.length);
    const bad = messages.filter(({ body, receiveCount }) => body === 'bad' && receiveCount < 3);
    for (const { messageId } of messages)
      if (!bad.some((each) => each.messageId === messageId)) done.add(messageId);
    return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
  for (let i = 0; i < 25; i++) queue.send(i === 7 ? 'bad' : 'good');
  await start({ orders: queue.arn }, { concurrency: 20 });
  await until(() => queue.deleted === 25);
  t.equal(done.size, 25);
  t.ok(Math.max(...batches) <= 10);
  t.ok(Math.max(...batches) > 1, 'messages come in batches');
  t.equal(queue.redelivered, 2);
});

t.test(
  'a FIFO queue: the order of a group is kept, and a failure holds back the rest of its group only',
  async (t) => {
    const { sqs, registry, start } = await scene(t);
    const queue = sqs.queue('orders.fifo');
    const order: Record<string, number[]> = { a: [], b: [], c: [] };
    let failures = 0;
    registry.event(
      'orders',
      sqsSource<{ n: number }>({ body: 'json' }),
      { runOn: 'both' },
      async ({ body, groupId }) => {
        await sleep(Math.random() * 5);
        if (groupId === 'b' && body.n === 3 && failures++ < 2) throw new Error('later');
        order[groupId!]!.push(body.n);
      },
    );
    for (let n = 0; n < 10; n++) for (const group of ['a', 'b', 'c']) queue.send(`{"n":${n}}`, { group });
    await start({ orders: queue.arn }, { concurrency: 30 });
    await until(() => queue.deleted === 30);
    for (const group of ['a', 'b', 'c']) t.strictSame(order[group], [...Array(10).keys()], group);
  },
);

t.test('a task that takes longer than the visibility timeout is not handed out again', async (t) => {
  const { sqs, registry, start } = await scene(t);
  const queue = sqs.queue('long');
  let calls = 0;
  registry.function('long', async () => {
    calls++;
    await sleep(4_000);
  });
  queue.send('{}');
  await start({ long: queue.arn }, { visibilityTimeout: 1 });
  await until(() => queue.deleted === 1);
  t.equal(calls, 1);
  t.equal(queue.redelivered, 0);
});

t.test('no more messages are taken than may be worked on at the same time', async (t) => {
  const { sqs, registry, start } = await scene(t);
  const queue = sqs.queue('some');
  let [running, most] = [0, 0];
  registry.function('some', async () => {
    most = Math.max(most, ++running);
    await sleep(5);
    running--;
  });
  for (let i = 0; i < 100; i++) queue.send('{}');
  const worker = await start({ some: queue.arn }, { concurrency: 7 });
  let hidden = 0;
  const watch = setInterval(() => (hidden = Math.max(hidden, worker.counts().some!.running)), 1);
  await until(() => queue.deleted === 100);
  clearInterval(watch);
  t.equal(most, 7);
  t.ok(hidden <= 7);
});

t.test('a drain lets handlers end, gives back what comes after, and takes no more', async (t) => {
  const { sqs, registry, start } = await scene(t);
  const queue = sqs.queue('some');
  const release = Promise.withResolvers<void>();
  let calls = 0;
  registry.function('some', async () => {
    calls++;
    await release.promise;
  });
  for (let i = 0; i < 5; i++) queue.send('{}');
  const worker = await start({ some: queue.arn }, { visibilityTimeout: 600 });
  await until(() => calls === 5);
  const closed = worker.close();
  for (let i = 0; i < 5; i++) queue.send('{}');
  await sleep(50);
  release.resolve();
  t.equal(await closed, true);
  t.equal(calls, 5);
  t.equal(queue.deleted, 5);
  t.equal(queue.hidden, 0, 'the rest is there for others at once');
});

t.test('what a drain cuts off is told so, and given back', async (t) => {
  const { sqs, registry, log, start } = await scene(t);
  const queue = sqs.queue('some');
  const aborted: unknown[] = [];
  registry.function('some', (event: { polite: boolean }, context) => {
    return new Promise((_, reject) => {
      context.signal.addEventListener('abort', () => {
        aborted.push((context.signal.reason as { code: string }).code);
        if (event.polite) reject(new Error('stopped'));
      });
    });
  });
  queue.send('{"polite":true}');
  queue.send('{"polite":false}');
  const worker = await start({ some: queue.arn }, { visibilityTimeout: 600 });
  await until(() => worker.counts().some!.running === 2);
  t.equal(await worker.close(100), false);
  t.strictSame(aborted, ['SHUTTING_DOWN', 'SHUTTING_DOWN']);
  t.equal(queue.hidden, 0);
  t.equal(queue.size, 2);
  t.match(
    log.find(({ message }) => message === 'drain timed out, aborting'),
    { running: 2 },
  );
  // A call that is under way may be handed one of them once more.
  t.match(worker.counts().some, { failed: 2, succeeded: 0, deleted: 0 });
  t.ok(worker.counts().some!.returned >= 2);
});

t.test('the queue fails: it is left alone for a while, then work goes on', async (t) => {
  const { sqs, registry, log, start } = await scene(t);
  const queue = sqs.queue('some');
  registry.function('some', () => undefined);
  queue.send('{}');
  let failing = true;
  sqs.fault = () => (failing ? 'drop before' : undefined);
  const worker = await start({ some: queue.arn }, { healthPort: 0 });
  const status = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${worker.healthPort}${path}`);
    return { code: response.status, body: await response.json() };
  };
  await until(() => log.some(({ message }) => message === 'messages could not be received'));
  t.match(await status(READINESS_PATH), { code: 503, body: { status: /some/ } });
  t.match(await status(LIVENESS_PATH), { code: 200 });
  failing = false;
  await until(() => queue.deleted === 1);
  t.match(await status(READINESS_PATH), { code: 200, body: { status: 'ready' } });
  t.match((await status(COUNTS_PATH)).body, { some: { deleted: 1 } });
  t.match(await status('/other'), { code: 404 });
  const line = log.find(({ message }) => message === 'messages could not be received');
  t.match(line, { function: 'some', queue: queue.arn, pauseMs: Number });
});

t.test('deletions that fail are tried again, so that nothing is handled twice', async (t) => {
  const { sqs, registry, start } = await scene(t);
  const queue = sqs.queue('some');
  let calls = 0;
  registry.function('some', () => void calls++);
  let faults = 8;
  sqs.fault = (action) => (action === 'DeleteMessageBatch' && faults-- > 0 ? 'error' : undefined);
  for (let i = 0; i < 20; i++) queue.send('{}');
  await start({ some: queue.arn }, { visibilityTimeout: 30 });
  await until(() => queue.deleted === 20);
  t.equal(calls, 20);
});

t.test('a message that another worker may have is told of, and its handler', async (t) => {
  const { sqs, registry, log, start } = await scene(t);
  const queue = sqs.queue('some');
  const reasons: string[] = [];
  registry.function('some', async (_event, context) => {
    await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
    reasons.push((context.signal.reason as Error).message);
  });
  queue.send('{}');
  sqs.fault = (action) => (action === 'ChangeMessageVisibilityBatch' ? 'error' : undefined);
  const worker = await start({ some: queue.arn }, { visibilityTimeout: 1 });
  await until(() => reasons.length > 0);
  t.match(reasons[0], /no longer hidden/);
  t.ok(worker.counts().some!.lost >= 1);
  t.match(
    log.find(({ message }) => message === 'message may be handled twice'),
    { function: 'some', level: 'WARN' },
  );
});

t.test('events that were pushed reach the handler by way of a queue', async (t) => {
  const { sqs, registry, start } = await scene(t);
  const [placed, told] = [sqs.queue('placed'), sqs.queue('told')];
  const seen: unknown[] = [];
  registry.event(
    'placed',
    eventBridge<{ id: number }>(),
    { runOn: 'instances' },
    ({ detail }) => void seen.push(detail),
  );
  registry.event(
    'told',
    sns(),
    { runOn: 'instances' },
    (message) => void seen.push([message.message, message.subscriptionArn]),
  );
  placed.send(
    JSON.stringify({
      source: 'shop',
      'detail-type': 'Placed',
      detail: { id: 7 },
      time: '2026-01-01T00:00:00Z',
    }),
  );
  const arn = 'arn:aws:sns:us-east-1:000000000000:topic';
  const UnsubscribeURL = `https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${arn}:1`;
  const about = { Type: 'Notification', MessageId: '1', TopicArn: arn, Timestamp: '2026-01-01T00:00:00Z' };
  told.send(JSON.stringify({ ...about, Message: 'hello', UnsubscribeURL }));
  await start({ placed: placed.arn, told: told.arn });
  await until(() => placed.deleted + told.deleted === 2);
  t.strictSame(
    new Set(seen.map((each) => JSON.stringify(each))),
    new Set(['{"id":7}', JSON.stringify(['hello', `${arn}:1`])]),
  );
});
