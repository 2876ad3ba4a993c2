/**
 * Bare Fastify with the routes of registry.ts, each in Fastify's own quickest way: a synchronous handler, its own
 * JSON parser and serializer, no logger. Built into an executable by the same build.
 */
import Fastify from 'fastify';
import { HELLO } from './hello.ts';

const app = Fastify({ logger: false });

app.get('/', (_request, reply) => {
  reply.send(HELLO);
});
app.post('/echo', async (request) => request.body);

app.listen({ port: 0, host: '127.0.0.1' }).then(
  (url) => console.log(JSON.stringify({ message: 'listening', url })),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
