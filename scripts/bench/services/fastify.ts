/**
 * Bare Fastify with the handlers of registry.ts: synchronous where those are, with its own JSON parser and
 * serializer, no logger unless asked for. Built into an executable by the same build.
 * The arguments are a port, then the files of a certificate and its key.
 */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import Fastify, { type FastifyServerOptions, LogController } from 'fastify';
import { HELLO, slowly } from './hello.ts';

const [port = '0', cert, key] = process.argv.slice(2);
const https = cert && key ? { cert: readFileSync(cert), key: readFileSync(key) } : undefined;
const logged = process.env.BENCH_LOG === 'pino';

const app = Fastify({
  logger: logged,
  ...(logged ? { logController: new LogController({ disableRequestLogging: true }) } : {}),
  ...(https ? { https } : {}),
} as FastifyServerOptions);

app.get('/', () => HELLO);
app.post('/echo', async (request) => request.body);
app.get('/stream', (_request, reply) => reply.type('text/plain').send(Readable.from(slowly())));
app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) => {
  done(null, body);
});
app.post('/upload', async (request) => String((request.body as Buffer).length));
app.get('/logged', (request) => {
  request.log.info({ note: HELLO }, 'asked');
  return HELLO;
});
app.get('/printed', () => {
  console.log(HELLO);
  return HELLO;
});

process.once('SIGTERM', () => void app.close());

app.listen({ port: Number(port), host: '127.0.0.1' }).then(
  (url) => console.log(JSON.stringify({ message: 'listening', url })),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
