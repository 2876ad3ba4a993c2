import { createHash } from 'node:crypto';
import { createRegistry } from '../../../src/core/index.ts';
import { HELLO, slowly } from './hello.ts';
import { type Task, work } from './work.ts';

export const registry = createRegistry({ name: 'bench' });

registry.get('/', () => HELLO);
registry.post('/echo', async (request) => request.json());
const BYTES = Buffer.alloc(256 * 1024, 1);
// Some 0.3 ms of a core.
registry.get('/busy', () => createHash('md5').update(BYTES).digest('hex'));
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
