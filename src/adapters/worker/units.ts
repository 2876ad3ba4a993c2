import type { QueueDelivery, QueueMessage } from '../../core/index.ts';

/** Messages that one call of the handler gets. */
export type Unit = readonly [QueueMessage, ...QueueMessage[]];

/**
 * A unit for each message, so that one of an hour keeps no other; for the messages of one group of a FIFO queue, which
 * have to go in their order; or for as many as a handler of whole batches takes.
 */
export function unitsOf(
  messages: readonly QueueMessage[],
  { batchSize, queue }: QueueDelivery,
  fifo: boolean,
): Unit[] {
  const units: QueueMessage[][] = [];
  const open = new Map<string, QueueMessage[]>();
  for (const message of messages) {
    const key = batchSize > 1 ? '' : fifo && queue === 'own' ? message.attributes.MessageGroupId : undefined;
    const unit = key === undefined ? undefined : open.get(key);
    if (unit && (fifo || unit.length < batchSize)) unit.push(message);
    else {
      const made = [message];
      units.push(made);
      if (key !== undefined) open.set(key, made);
    }
  }
  return units as unknown as Unit[];
}
