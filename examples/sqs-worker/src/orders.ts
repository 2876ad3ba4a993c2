/** An order as the shop puts it into the queue. */
export interface Order {
  readonly orderId: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

/** @throws Error naming what is wrong: the message comes again, and ends in the dead-letter queue */
export function assertOrder(value: unknown): asserts value is Order {
  const { orderId, items } = (value ?? {}) as Partial<Order>;
  if (typeof orderId !== 'string' || orderId === '') throw new Error('the order has no orderId');
  if (!Array.isArray(items) || items.length === 0) throw new Error(`order ${orderId} has no items`);
  const wrong = items.find(({ quantity }) => !Number.isInteger(quantity) || quantity < 1);
  if (wrong) throw new Error(`order ${orderId}: quantity of ${wrong.sku} must be a whole number above 0`);
}

/**
 * Orders that were shipped. SQS delivers a message at least once, so each order must be shipped once only; where there
 * is more than one environment this is a table with a conditional write.
 */
export class Shipments {
  readonly #shipped = new Set<string>();

  /** False when the order was shipped before. */
  ship({ orderId }: Order): boolean {
    if (this.#shipped.has(orderId)) return false;
    this.#shipped.add(orderId);
    return true;
  }

  get count(): number {
    return this.#shipped.size;
  }
}
