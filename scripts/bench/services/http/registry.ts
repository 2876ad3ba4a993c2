import { createRegistry, reply } from '../../../../src/core/index.ts';
import { HELLO, LIST, pieces, slowly, totalOf, userOf } from './answers.ts';
import { ORDER } from './schema.ts';

export const registry = createRegistry({ name: 'bench-http' });

registry.get('/', () => HELLO);
registry.post('/echo', async (request) => request.json());
registry.get('/users/:id', ({ params, query }) =>
  userOf(params.id, query.get('limit')!, query.getAll('tag')),
);
registry.get('/list', () => LIST);
registry.post('/orders', { schema: { body: ORDER } }, ({ valid }) => totalOf(valid.body));
registry.post('/upload', async (request) => String((await request.bytes()).length));
registry.get('/stream', () => reply(pieces(), { headers: { 'content-type': 'text/plain' } }));
registry.get('/slow', () => slowly());
