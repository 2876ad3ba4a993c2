/**
 * Bare Fastify with the handlers of registry.ts: synchronous where those are, with its own JSON parser and
 * serializer, no logger. Built into an executable by the same build.
 */
import Fastify from 'fastify';
import { HELLO } from './hello.ts';

const app = Fastify({ logger: false });

app.get('/', () => HELLO);
app.post('/echo', async (request) => request.body);

process.once('SIGTERM', () => void app.close());

app.listen({ port: 0, host: '127.0.0.1' }).then(
  (url) => console.log(JSON.stringify({ message: 'listening', url })),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
