import { once } from 'node:events';
import { connect } from 'node:net';
import { mock } from 'node:test';
import t from 'tap';
import { SqsStandIn } from '../../../scripts/bench/sqs-stand-in.ts';
import { errorPage } from '../../../src/build/dev/error-page.ts';
import { Front } from '../../../src/build/dev/front.ts';
import { makeQueues, queueName } from '../../../src/build/dev/queues.ts';
import { nextRuns, onSchedule } from '../../../src/build/dev/schedules.ts';
import { isSkipped } from '../../../src/build/dev/watch.ts';

t.test('cron expressions as EventBridge reads them', async (t) => {
  const after = new Date('2026-01-01T00:00:00Z');
  for (const [fields, ...times] of [
    ['0 3 * * ? *', '2026-01-01T03:00', '2026-01-02T03:00'],
    ['0/15 * * * ? *', '2026-01-01T00:15', '2026-01-01T00:30'],
    // Sunday is 1.
    ['0 10 ? * 1 *', '2026-01-04T10:00', '2026-01-11T10:00'],
    ['0 10 ? * MON-FRI *', '2026-01-01T10:00', '2026-01-02T10:00', '2026-01-05T10:00'],
    ['0 8 L * ? *', '2026-01-31T08:00', '2026-02-28T08:00'],
    ['0 8 ? * 6#2 *', '2026-01-09T08:00', '2026-02-13T08:00'],
    ['0 8 3W * ? *', '2026-01-02T08:00', '2026-02-03T08:00'],
    ['30 12 1 1 ? 2027-2028', '2027-01-01T12:30', '2028-01-01T12:30'],
  ] as const) {
    const runs = nextRuns(`cron(${fields})`, times.length, after).map((run) =>
      run.toISOString().slice(0, 16),
    );
    t.strictSame(runs, [...times], fields);
  }
});

t.test('a rate is an interval, and stops', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  let fired = 0;
  const stop = onSchedule('rate(5 minutes)', () => fired++);
  mock.timers.tick(15 * 60_000);
  t.equal(fired, 3);
  stop();
  mock.timers.tick(15 * 60_000);
  t.equal(fired, 3);
});

t.test('files whose changes mean nothing', async (t) => {
  const skipped = [
    '/a/node_modules',
    '/a/dist',
    '/a/.git',
    '/a/.registry.ts.swp',
    '/a/registry.ts~',
    '/a/4913',
  ];
  for (const path of skipped) t.ok(isSkipped(path), path);
  for (const path of ['/a/registry.ts', '/a/schema.sql', '/a/public']) t.notOk(isSkipped(path), path);
});

t.test('connections wait until somebody takes them', async (t) => {
  const front = new Front();
  const port = await front.listen(0, '127.0.0.1');
  t.teardown(() => front.close());
  await t.rejects(new Front().listen(port, '127.0.0.1'), { name: 'ConfigError', message: /already in use/ });
  const answers = Promise.all([1, 2, 3].map(async () => (await fetch(`http://127.0.0.1:${port}/`)).status));
  const gone = connect(port, '127.0.0.1');
  await once(gone, 'connect');
  gone.destroy();
  front.to(errorPage('\u001b[31mline <1>\u001b[0m'));
  t.strictSame(await answers, [503, 503, 503]);
  const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { accept: 'text/html' } });
  t.match(await page.text(), /http-equiv="refresh"[\s\S]*line &lt;1&gt;\n/);
  t.match(
    await (await fetch(`http://127.0.0.1:${port}/`)).text(),
    /^The service does not start[\s\S]*\n\nline <1>\n$/,
  );
});

t.test('a queue for each handler that reads one, made where it is not there', async (t) => {
  const sqs = new SqsStandIn();
  await sqs.listen();
  t.teardown(() => sqs.close());
  const functions = [
    { name: 'hello', runOn: 'lambda' },
    {
      name: 'pack',
      runOn: 'lambda',
      source: 'sqs',
      trigger: { type: 'sqs', queue: 'arn:aws:sqs:eu-west-1:1:orders' },
    },
    { name: 'report', runOn: 'instances' },
    { name: 'both', runOn: 'both', source: 'sqs', trigger: { type: 'sqs', queue: { parameter: 'Queue' } } },
  ] as const;
  const arns = await makeQueues({ name: 'shop', functions }, sqs.endpoint);
  t.strictSame(Object.keys(arns), ['pack', 'report', 'both']);
  t.strictSame(
    Object.values(arns),
    ['orders', 'shop-report', 'shop-both'].map((name) => sqs.queue(name).arn),
  );
  t.equal(queueName('shop', functions[1]), 'orders');
});
