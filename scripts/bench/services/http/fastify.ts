/** Bare Fastify: its own JSON parser and serializer, its own schemas, no logger. */
import { Readable } from 'node:stream';
import Fastify from 'fastify';
import { HELLO, LIST, type Order, pieces, slowly, tell, totalOf, userOf } from './answers.ts';

const text = { type: 'string' };
const numeric = { type: 'number' };
const flag = { type: 'boolean' };
const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});
const body = object({
  order: text,
  customer: object({ name: text, vip: flag }),
  items: { type: 'array', items: object({ id: numeric, name: text, price: numeric, sold: flag }) },
  note: text,
});

const app = Fastify({ logger: false });

app.get('/', () => HELLO);
app.post('/echo', async (request) => request.body);
app.get('/users/:id', (request, reply) => {
  const { id } = request.params as { id: string };
  const { limit, tag } = request.query as { limit: string; tag: string[] };
  reply.send(userOf(id, limit, tag));
});
app.get('/list', (_request, reply) => void reply.send(LIST));
app.post('/orders', { schema: { body } }, async (request) => totalOf(request.body as Order));
app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, bytes, done) => {
  done(null, bytes);
});
app.post('/upload', async (request) => String((request.body as Buffer).length));
app.get('/stream', (_request, reply) => reply.type('text/plain').send(Readable.from(pieces())));
app.get('/slow', () => slowly());

process.once('SIGTERM', () => void app.close());
void app.listen({ port: 0, host: '127.0.0.1' }).then(tell);
