// Plugins that `configureServer` registers meet the routes as they would meet Fastify's own.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import compress from '@fastify/compress';
import rateLimit from '@fastify/rate-limit';
import serveStatic from '@fastify/static';
import websocket from '@fastify/websocket';
import t from 'tap';
import WebSocket from 'ws';
import { send, startFor } from './support.ts';

t.test('rate limit, global: routes, the catch-all and 404 count', async (t) => {
  const { server } = await startFor(
    t,
    (registry) => registry.get('/plain', () => 'plain').get('/users/:id', ({ params }) => params.id),
    { configure: async (fastify) => void (await fastify.register(rateLimit, { global: true, max: 2 })) },
  );
  t.match(await send(server.url, '/plain'), { status: 200, headers: { 'x-ratelimit-remaining': '1' } });
  t.match(await send(server.url, '/users/7'), { status: 200, headers: { 'x-ratelimit-remaining': '0' } });
  for (const path of ['/plain', '/users/7', '/none']) {
    t.match(await send(server.url, path), { status: 429, text: /"status":429/ }, path);
  }
});

t.test('compress, global: JSON, text and streams', async (t) => {
  const { server } = await startFor(
    t,
    (registry) =>
      registry
        .get('/json', () => ({ text: 'x'.repeat(3000) }))
        .get('/users/:id', () => 'y'.repeat(3000))
        .get('/small', () => 'small'),
    { configure: async (fastify) => void (await fastify.register(compress, { global: true })) },
  );
  const headers = { 'accept-encoding': 'gzip' };
  for (const path of ['/json', '/users/1']) {
    const { bytes, headers: got } = await send(server.url, path, { headers });
    t.equal(got['content-encoding'], 'gzip', path);
    t.match(gunzipSync(bytes).toString(), /(x|y){3000}/, path);
  }
  t.match(await send(server.url, '/small', { headers }), {
    headers: { 'content-encoding': undefined },
    text: 'small',
  });
});

t.test('static files below a prefix, beside the routes', async (t) => {
  const root = t.testdir();
  writeFileSync(join(root, 'page.html'), '<p>page</p>');
  const { server } = await startFor(t, (registry) => registry.get('/', () => 'root'), {
    configure: async (fastify) => void (await fastify.register(serveStatic, { root, prefix: '/public/' })),
  });
  t.match(await send(server.url, '/public/page.html'), {
    status: 200,
    text: '<p>page</p>',
    headers: { etag: /./ },
  });
  t.match(await send(server.url, '/'), { status: 200, text: 'root' });
  t.match(await send(server.url, '/none'), { status: 404, text: /ROUTE_NOT_FOUND/ });
});

t.test('websockets beside the routes', async (t) => {
  const { server } = await startFor(t, (registry) => registry.get('/', () => 'root'), {
    configure: async (fastify) => {
      await fastify.register(websocket);
      fastify.get('/echo', { websocket: true }, (socket) => {
        socket.on('message', (data) => socket.send(`echo ${data}`));
      });
    },
  });
  const client = new WebSocket(`ws://127.0.0.1:${server.port}/echo`);
  t.teardown(() => client.terminate());
  const answer = await new Promise((resolve, reject) => {
    client.once('error', reject).once('open', () => client.send('hi'));
    client.once('message', (data) => resolve(String(data)));
  });
  t.equal(answer, 'echo hi');
  t.match(await send(server.url, '/'), { status: 200, text: 'root' });
});
