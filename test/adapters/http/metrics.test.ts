import t from 'tap';
import { createMetrics, type MetricUnit, type Registry } from '../../../src/core/index.ts';
import { send, startFor } from './support.ts';

function register(registry: Registry): void {
  registry.get('/orders/:id', (request, context) => {
    context.metric('orders', 1, { dimensions: { kind: 'book' } });
    context.metric('packing time', 250, { unit: 'Milliseconds' });
    context.metric('stock', 7, { unit: 'None' });
    return request.params.id;
  });
  registry.get('/metrics', () => 'my own');
  registry.get('/bad/:unit', (request, context) => {
    context.metric('x', 1, { unit: request.params.unit as MetricUnit });
  });
}

function scene() {
  const lines: string[] = [];
  const metrics = createMetrics({
    namespace: 'Shop',
    service: 'shop',
    write: (line) => lines.push(line),
    now: () => 5,
  });
  return { lines, metrics };
}

t.test('what a handler records is a line in the embedded metric format', async (t) => {
  const { lines, metrics } = scene();
  const { server } = await startFor(t, register, { metrics });
  await send(server.url, '/orders/1', { headers: { 'x-request-id': 'r1' } });
  t.strictSame(JSON.parse(lines[0]!), {
    _aws: {
      Timestamp: 5,
      CloudWatchMetrics: [
        {
          Namespace: 'Shop',
          Dimensions: [['service', 'kind']],
          Metrics: [{ Name: 'orders', Unit: 'Count' }],
        },
      ],
    },
    ...{ requestId: 'r1', kind: 'book', service: 'shop', orders: 1 },
  });
  t.match(JSON.parse(lines[1]!), { 'packing time': 250 });
  t.equal((await send(server.url, '/bad/Miles', {})).status, 500, 'a mistake of the handler');
});

t.test('Prometheus: requests by route, the process, and what handlers record', async (t) => {
  const { lines, metrics } = scene();
  const { server } = await startFor(t, register, { metrics, metricsPath: '/metrics' });
  for (const id of ['1', '2', '3']) await send(server.url, `/orders/${id}`, {});
  await send(server.url, '/nowhere', {});
  const { status, headers, text } = await send(server.url, '/metrics', {});
  t.equal(status, 200);
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/);
  t.match(
    text,
    /^http_request_duration_seconds_count\{method="GET",route="\/orders\/:id",status="200"\} 3$/m,
  );
  t.match(text, /^http_request_duration_seconds_count\{method="GET",route="none",status="404"\} 1$/m);
  t.match(text, /^orders_total\{kind="book"\} 3$/m);
  t.match(text, /^packing_time_seconds_sum 0\.75$/m);
  t.match(text, /^stock 7$/m);
  t.match(text, /^process_cpu_seconds_total /m);
  t.match(text, /^handlers_running 0$/m);
  t.equal(lines.length, 9, 'the log has them too');
});

t.test('who comes by a proxy finds the service there', async (t) => {
  const { server } = await startFor(t, register, { metricsPath: '/metrics' });
  const { text } = await send(server.url, '/metrics', { headers: { 'x-forwarded-for': '203.0.113.7' } });
  t.equal(text, 'my own');
  t.notMatch((await send(server.url, '/metrics', {})).text, 'my own');
});

t.test('a metric whose labels change is told of once, and costs no request', async (t) => {
  const changing = (registry: Registry) =>
    registry.get('/:kind', (request, context) => {
      context.metric('seen', 1, { dimensions: { [request.params.kind]: 'x' } });
      return 'ok';
    });
  const { server, lines } = await startFor(t, changing, { metricsPath: '/metrics' });
  for (const kind of ['a', 'b', 'b']) t.equal((await send(server.url, `/${kind}`, {})).status, 200);
  const told = lines.filter(({ message }) => message.includes('could not be recorded'));
  t.match(told, [{ metric: 'seen', level: 'WARN' }]);
});
