import { createRegistry } from 'amphi';
import { sqs } from 'amphi/events';
import { assertOrder, Shipments } from './orders.ts';

export const registry = createRegistry({ name: 'shipping', version: '1.0.0', description: 'Ships orders' });

const shipments = new Shipments();

const orders = sqs({
  queue: { parameter: 'OrdersQueueArn' },
  body: 'json',
  batchSize: 10,
  // Of one invocation; and how many invocations Lambda may run for this queue.
  concurrency: 4,
  maxConcurrency: 20,
});

registry.event(
  'ship',
  orders,
  { description: 'Ships each order once' },
  ({ body, receiveCount }, context) => {
    assertOrder(body);
    const shipped = shipments.ship(body);
    context.logger.info(shipped ? 'shipped' : 'shipped before', { orderId: body.orderId, receiveCount });
  },
);

registry.function('shipments', () => ({ shipped: shipments.count }));
