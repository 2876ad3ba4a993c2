import t from 'tap';
import { Context, createLogger, createMetrics, type MetricOptions } from '../../src/core/index.ts';

function record(name: unknown, value: unknown, options?: object): string[] {
  const lines: string[] = [];
  const metrics = createMetrics({
    namespace: 'Shop',
    service: 'shop',
    write: (line) => lines.push(line),
    now: () => 7,
  });
  const logger = createLogger({ write: () => {} });
  const context = new Context({ requestId: 'r', functionName: 'f', logger, metrics });
  context.metric(name as string, value as number, options as MetricOptions);
  return lines;
}

t.test('a value is one line; without one it is 1', async (t) => {
  const [line] = record('sold', undefined);
  t.match(line, /^\{"_aws":.*\n$/);
  t.match(JSON.parse(line!), { sold: 1, service: 'shop', requestId: 'r', _aws: { Timestamp: 7 } });
  t.match(JSON.parse(record('size', 2.5, { unit: 'Bytes', dimensions: { kind: 'a' } })[0]!), {
    _aws: {
      CloudWatchMetrics: [{ Dimensions: [['service', 'kind']], Metrics: [{ Name: 'size', Unit: 'Bytes' }] }],
    },
    kind: 'a',
  });
});

t.test('what CloudWatch would drop in silence is a TypeError', async (t) => {
  const bad: [unknown, unknown, object?][] = [
    ['', 1],
    ['1st', 1],
    ['service', 1],
    ['x'.repeat(256), 1],
    [undefined, 1],
    ['x', Number.NaN],
    ['x', Number.POSITIVE_INFINITY],
    ['x', '1'],
    ['x', 1, { unit: 'Miles' }],
    ['x', 1, { dimensions: { a: '' } }],
    ['x', 1, { dimensions: { x: 'b' } }],
    ['x', 1, { dimensions: { a: 1 } }],
    ['x', 1, { dimensions: Object.fromEntries([...'abcdefghi'].map((key) => [key, 'v'])) }],
  ];
  for (const [name, value, options] of bad)
    t.throws(
      () => record(name, value, options),
      { name: 'TypeError', message: /^metric / },
      JSON.stringify([name, value, options]),
    );
});

t.test('where nobody takes them, nothing happens', async (t) => {
  const context = new Context({
    requestId: 'r',
    functionName: 'f',
    logger: createLogger({ write: () => {} }),
  });
  t.equal(context.metric('sold'), undefined);
});
