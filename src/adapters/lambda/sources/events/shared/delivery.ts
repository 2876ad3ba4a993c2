import type { QueueDelivery } from '../../../../../core/index.ts';

/** A queue between, whose messages hold one event each as their body, as it would have gone to Lambda. */
export const THROUGH_QUEUE: QueueDelivery = {
  queue: 'made',
  batchSize: 1,
  reportsFailures: false,
  toEvent: ([message]) => JSON.parse(message!.body),
};
