import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { schedule, sqs } from '../../../../src/adapters/lambda/sources/events/index.ts';
import { createRegistry } from '../../../../src/core/index.ts';

/** A handler of each kind, on both sides; those on instances tell a file what they saw. */
export const registry = createRegistry({ name: 'placed', version: '1.0.0' });

const seen = (line: object) =>
  appendFileSync(join(process.env.HOME ?? '/tmp', 'seen'), `${JSON.stringify(line)}\n`);

registry.get('/where', { runOn: 'instances' }, () => `an instance in ${process.env.AWS_REGION}`);
registry.post('/order', { runOn: 'lambda', invokes: ['report'] }, async (request, context) =>
  context.invoke('report', await request.json(), { wait: false }),
);
registry.function('report', { runOn: 'instances' }, async (event: { ms?: number }, context) => {
  await sleep(event.ms ?? 0);
  seen({ report: event, id: context.requestId });
});
const orders = sqs<{ n: number }>({ queue: { parameter: 'OrdersArn' }, body: 'json' });
registry.event('orders', orders, { runOn: 'instances' }, ({ body }) => seen({ order: body.n }));
registry.event('tick', schedule({ expression: 'rate(5 minutes)' }), { runOn: 'instances' }, ({ resources }) =>
  seen({ tick: resources[0] }),
);
