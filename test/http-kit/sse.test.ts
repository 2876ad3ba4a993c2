import { EventEmitter, on, once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import { ConfigError, createRegistry, HttpError, type Registry } from '../../src/core/index.ts';
import { type EventStream, type ServerSentEvent, sse } from '../../src/http-kit/index.ts';
import { HTTP_SOURCES } from '../../src/testing/http-sources.ts';
import { inject } from '../../src/testing/inject.ts';
import { memoryLog, startFor } from '../adapters/http/support.ts';
import { recorded } from '../core/support.ts';
import { parsed } from './event-source.ts';

process.env.AMPHI_LOG_LEVEL = 'FATAL';

const EVENTS: readonly ServerSentEvent[] = [
  { data: 'one' },
  { data: 'two\nlines\r\nand\rmore\n', id: '1' },
  { event: 'named', data: { json: ['ü', null] }, id: '2', comment: 'for\nyou' },
  { data: ' : leading', retry: 100 },
  { data: '' },
  { comment: 'nobody is told' },
  { data: '', event: 'empty', id: '' },
];
const TOLD = [
  { type: 'message', data: 'one', lastEventId: '' },
  { type: 'message', data: 'two\nlines\nand\nmore\n', lastEventId: '1' },
  { type: 'named', data: '{"json":["ü",null]}', lastEventId: '2' },
  { type: 'message', data: ' : leading', lastEventId: '2' },
];

async function* all() {
  yield* EVENTS;
}

/** Asks a registry of one route; the response, and its text as it comes. */
async function open(registry: Registry, headers: Record<string, string> = {}) {
  const response = await registry.fetch(new Request('http://localhost/events', { headers }));
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  return { response, reader };
}

const withEvents = (...args: Parameters<typeof sse>) =>
  createRegistry({ name: 'events' }).get('/events', sse(...args));

t.test('events are the same by generator and by send, through every way in', async (t) => {
  const registry = createRegistry({ name: 'events' })
    .get('/given', sse(all))
    .get(
      '/sent',
      sse(async ({ send }) => {
        for (const event of EVENTS) await send(event);
      }),
    );
  t.teardown(() => registry.close());
  const { logger, lines } = memoryLog();
  for (const as of ['fetch', 'server', ...HTTP_SOURCES] as const) {
    for (const path of ['/given', '/sent']) {
      const response = await inject(registry, path, { as, logger });
      t.match(Object.fromEntries(response.headers), {
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      });
      const { events, retry } = parsed(await response.text());
      t.strictSame(
        events.filter(({ data }) => data !== ''),
        TOLD,
        `${as} ${path}`,
      );
      t.equal(retry, 100);
    }
    t.equal(
      (await inject(registry, new Request('http://localhost/given', { method: 'HEAD' }), { as })).status,
      200,
    );
  }
  const warnings = lines.filter(({ level }) => level === 'WARN').map(({ message }) => message);
  t.match(warnings, [/^server-sent events are gathered.*AMPHI_INVOKE_MODE=RESPONSE_STREAM/]);
  t.equal(warnings.length, 1);
});

t.test('what would be read as something else is refused', async (t) => {
  const bad: unknown[] = [
    { event: 'a\nb' },
    { id: 'a\rb' },
    { id: 'a\0' },
    { retry: 1.5 },
    { data: undefined },
    { data: () => {} },
    {},
    { event: 1 },
  ];
  for (const event of bad) {
    let thrown: unknown;
    const registry = withEvents(({ send }) => {
      try {
        send(event as ServerSentEvent);
      } catch (error) {
        thrown = error;
      }
    });
    await (await open(registry)).reader.read();
    t.type(thrown, TypeError, JSON.stringify(event));
  }
  t.throws(() => sse(all, { keepAlive: 1 } as never), { message: /no option keepAlive/ });
  t.throws(() => sse(all, { retry: -1 }), ConfigError);
});

t.test('a client that comes again says where it was', async (t) => {
  const seen: unknown[] = [];
  const registry = withEvents(({ lastEventId }) => void seen.push(lastEventId), { retry: 50 });
  t.equal((await (await open(registry)).reader.read()).value, 'retry: 50\n\n');
  await (await open(registry, { 'last-event-id': 'a 7' })).reader.read();
  t.strictSame(seen, [undefined, 'a 7']);
});

t.test('an error before the first event is the reply, later it breaks the stream', async (t) => {
  const refused = await withEvents(() => {
    throw new HttpError(403, 'NO', 'no');
  }).fetch(new Request('http://localhost/events'));
  t.equal(refused.status, 403);
  const { reader } = await open(
    withEvents(async function* () {
      yield { data: 1 };
      throw new Error('secret');
    }),
  );
  t.equal((await reader.read()).value, 'data: 1\n\n');
  await t.rejects(reader.read());
});

t.test('a slow client is waited for', async (t) => {
  let sent = 0;
  const registry = withEvents(async ({ send, signal }) => {
    while (!signal.aborted) {
      await send({ data: 'x'.repeat(1000) });
      sent++;
    }
  });
  const { reader } = await open(registry);
  await reader.read();
  for (let n = 0; n < 100; n++) await nextTurn();
  t.ok(sent < 20, `${sent} were sent that nobody read`);
  const before = sent;
  for (let n = 0; n < 50; n++) await reader.read();
  t.ok(sent > before + 20, 'it goes on');
  await reader.cancel();
});

t.test('it ends when the client goes, whatever the source waits for', async (t) => {
  const ends: string[] = [];
  const emitter = new EventEmitter();
  const sources = {
    generator: async function* ({ signal }: EventStream) {
      try {
        yield { data: 'first' };
        for await (const [data] of on(emitter, 'news', { signal })) yield { data };
      } finally {
        ends.push('generator');
      }
    },
    callback: async ({ send, signal }: EventStream) => {
      await send({ data: 'first' });
      await once(signal, 'abort');
      await send({ data: 'late' }).catch(() => ends.push('callback'));
    },
    careless: ({ send, signal }: EventStream) => {
      const tell = () => void send({ data: 'first' });
      tell();
      signal.addEventListener('abort', () => {
        tell();
        ends.push('careless');
      });
      return new Promise<void>(() => {});
    },
  };
  for (const [name, source] of Object.entries(sources)) {
    const { reader } = await open(withEvents(source));
    await reader.read();
    await reader.cancel();
    for (let n = 0; n < 20 && !ends.includes(name); n++) await nextTurn();
    t.ok(ends.includes(name), `${name} by fetch`);
  }
  ends.length = 0;
  const { server } = await startFor(t, (registry) => {
    for (const [name, source] of Object.entries(sources)) registry.get(`/${name}`, sse(source));
  });
  for (const name of Object.keys(sources)) {
    const request = http.get(`${server.url}/${name}`);
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    await once(response, 'data');
    request.destroy();
    request.on('error', () => {});
    response.on('error', () => {});
    while (!ends.includes(name)) await nextTurn();
    t.pass(`${name} by the server`);
  }
});

t.test('a drain ends the streams at once, and those that come in it', async (t) => {
  const forever = sse(async ({ send, signal }) => {
    await send({ data: 'first' });
    await once(signal, 'abort');
  });
  const { server, lines } = await startFor(t, (registry) => registry.get('/events', forever), {
    drainTimeoutMs: 60_000,
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async () => {
    const [response] = await once(http.get(`${server.url}/events`, { agent }), 'response');
    return (response as http.IncomingMessage).setEncoding('utf8');
  };
  const response = await ask();
  const pieces = response[Symbol.asyncIterator]();
  t.equal((await pieces.next()).value, 'data: first\n\n');
  const closed = server.close();
  t.equal((await pieces.next()).done, true);
  // An error would make an EventSource give up.
  const second = await ask();
  t.match([second.statusCode, await text(second)], [200, '']);
  await closed;
  t.strictSame(
    lines.filter(({ level }) => level === 'WARN'),
    [],
    'the drain did not time out',
  );
  agent.destroy();
});

t.test('it ends before the deadline, with what it has', async (t) => {
  const registry = withEvents(async ({ send, signal }) => {
    await send({ data: 'first' });
    await once(signal, 'abort');
  });
  // As a socket would.
  const alive = setTimeout(() => {}, 60_000);
  const { context } = recorded({ deadline: Date.now() + 1_050 });
  const raw = { method: 'GET', path: '/events', rawQuery: '', headers: {}, body: undefined, clientIp: '' };
  const { body } = await registry.freeze().dispatch({ ...raw, scheme: 'https' }, context);
  t.equal(await text(body as AsyncIterable<string>), 'data: first\n\n');
  clearTimeout(alive);
});

t.test('comments keep the connection alive', async (t) => {
  const { reader } = await open(
    withEvents(({ signal }) => once(signal, 'abort').then(() => {}), { keepAliveMs: 5 }),
  );
  t.equal((await reader.read()).value, ': keep-alive\n\n');
  t.equal((await reader.read()).value, ': keep-alive\n\n');
  await reader.cancel();
});

t.test('a way in that gathers gets what came within a while', async (t) => {
  const registry = withEvents(
    async ({ send, signal }) => {
      await send({ data: 'first', id: '1' });
      await once(signal, 'abort');
    },
    { bufferedMs: 20, keepAliveMs: 1 },
  );
  const { logger } = memoryLog();
  const response = await inject(registry, '/events', { as: 'apigateway-v2', logger });
  t.equal(await response.text(), 'id: 1\ndata: first\n\n');
});
