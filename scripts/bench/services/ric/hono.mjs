// The same route as in ../registry.ts, by Hono's handler for Lambda: aws-lambda-ric has no routes of its own.
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';

const app = new Hono();
app.post('/shops/:shop/orders', async (c) => {
  const order = await c.req.json();
  return c.json({ shop: c.req.param('shop'), tags: c.req.queries('tag'), customer: order.customer });
});

export const handler = handle(app);
