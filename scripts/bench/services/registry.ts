import { createRegistry } from '../../../src/core/index.ts';
import { HELLO } from './hello.ts';
import { type Task, work } from './work.ts';

export const registry = createRegistry({ name: 'bench' });

registry.get('/', () => HELLO);
registry.post('/echo', async (request) => request.json());

// The same function as in ric/index.cjs.
registry.function('small', async (event: { name?: unknown }, context) => ({
  name: event.name,
  requestId: context.requestId,
  inTime: context.getRemainingTimeInMillis() > 0,
}));

// The same as in sqs-consumer.ts.
registry.function('work', { runOn: 'instances' }, (task: Task) => work(task));
