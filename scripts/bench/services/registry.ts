import { createRegistry } from '../../../src/core/index.ts';
import { HELLO, slowly } from './hello.ts';
import { type Task, work } from './work.ts';

export const registry = createRegistry({ name: 'bench' });

registry.get('/', () => HELLO);
registry.post('/echo', async (request) => request.json());
registry.get('/stream', () => slowly());
registry.post('/upload', async (request) => String((await request.bytes()).length));
registry.get('/logged', (_request, context) => {
  context.logger.info('asked', { note: HELLO });
  return HELLO;
});
registry.get('/printed', () => {
  console.log(HELLO);
  return HELLO;
});

// The same as in ric/hono.mjs.
registry.post('/shops/:shop/orders', async (request) => {
  const order = await request.json<{ customer: string }>();
  return { shop: request.params.shop, tags: request.query.getAll('tag'), customer: order.customer };
});

// The same function as in ric/index.cjs.
registry.function('small', async (event: { name?: unknown }, context) => ({
  name: event.name,
  requestId: context.requestId,
  inTime: context.getRemainingTimeInMillis() > 0,
}));

// The same as in sqs-consumer.ts.
registry.function('work', { runOn: 'instances' }, (task: Task) => work(task));
