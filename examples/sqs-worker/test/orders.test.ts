import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertOrder, Shipments } from '../src/orders.ts';

const order = { orderId: 'A1', items: [{ sku: 'tea', quantity: 2 }] };

test('an order is shipped once', () => {
  const shipments = new Shipments();
  assert.equal(shipments.ship(order), true);
  assert.equal(shipments.ship(order), false);
  assert.equal(shipments.count, 1);
});

test('what is no order is refused by name', () => {
  assert.doesNotThrow(() => assertOrder(order));
  assert.throws(() => assertOrder(null), /no orderId/);
  assert.throws(() => assertOrder({ orderId: 'A2', items: [] }), /order A2 has no items/);
  const half = { orderId: 'A3', items: [{ sku: 'tea', quantity: 0.5 }] };
  assert.throws(() => assertOrder(half), /order A3: quantity of tea/);
});
