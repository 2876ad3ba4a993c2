/** Hono by its own server for Node.js, as its documentation shows. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { validator } from 'hono/validator';
import { HELLO, LIST, pieces, slowly, tell, totalOf, userOf } from './answers.ts';
import { ORDER } from './schema.ts';

const app = new Hono();

app.get('/', (c) => c.text(HELLO));
app.post('/echo', async (c) => c.json(await c.req.json()));
app.get('/users/:id', (c) => c.json(userOf(c.req.param('id'), c.req.query('limit')!, c.req.queries('tag')!)));
app.get('/list', (c) => c.json(LIST));
app.post(
  '/orders',
  validator('json', (value) => ORDER.parse(value)),
  (c) => c.json(totalOf(c.req.valid('json'))),
);
app.post('/upload', async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)));
app.get('/stream', (c) => {
  c.header('content-type', 'text/plain');
  return stream(c, async (out) => {
    for await (const piece of pieces()) await out.write(piece);
  });
});
app.get('/slow', async (c) => c.text(await slowly()));

const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
  tell(`http://127.0.0.1:${port}`),
);
process.once('SIGTERM', () => server.close());
