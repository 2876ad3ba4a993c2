import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { Registry } from '../../../src/core/index.ts';
import { RawClient, send, startFor, startProcess, until } from './support.ts';

const READY = '/_amphi/health/ready';
const LIVE = '/_amphi/health/live';

const slow = (registry: Registry) =>
  registry
    .get('/', () => 'fast')
    .get('/slow', async (request) => {
      await sleep(Number(request.query.get('ms')));
      return 'slow';
    });

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`;

t.test('health paths answer before the routes do', async (t) => {
  const { server } = await startFor(t, (registry) => registry.all('/*', () => 'mine'));
  t.match(await send(server.url, READY), { status: 200, text: '{"status":"ready"}' });
  t.match(await send(server.url, LIVE), { status: 200, text: '{"status":"live"}' });
  t.match(await send(server.url, READY, { method: 'HEAD' }), { status: 200, text: '' });
});

t.test('readiness fails first, while requests are still served', async (t) => {
  const { server } = await startFor(t, slow, { drainDelayMs: 300 });
  const closed = server.close();
  t.match(await send(server.url, READY), { status: 503, text: '{"status":"draining"}' });
  t.match(await send(server.url, LIVE), { status: 200 });
  const agent = new http.Agent({ keepAlive: true });
  t.match(await send(server.url, '/', { agent }), { status: 200, headers: { connection: 'keep-alive' } });
  agent.destroy();
  await closed;
  await t.rejects(send(server.url, '/'), { code: 'ECONNREFUSED' });
});

t.test(
  'a running request ends, its connection closes, idle and unused connections do not hold it up',
  async (t) => {
    const { server } = await startFor(t, slow, { drainTimeoutMs: 4_000 });
    const [idle, unused, busy] = [
      new RawClient(server.port),
      new RawClient(server.port),
      new RawClient(server.port),
    ];
    idle.write(get('/'));
    await idle.until(/fast/);
    busy.write(get('/slow?ms=200'));
    await sleep(50);
    const start = Date.now();
    await server.close();
    t.ok(Date.now() - start < 3_000, 'did not wait for the timeout');
    await Promise.all([idle.closed, unused.closed, busy.closed]);
    t.match(busy.received, /connection: close.*slow$/is);
  },
);

t.test('a stream that began before the drain arrives whole', async (t) => {
  const { server } = await startFor(
    t,
    (registry) =>
      registry.get('/', async function* () {
        for (let i = 0; i < 5; i++) {
          yield `${i};`;
          await sleep(40);
        }
      } as never),
    { drainTimeoutMs: 4_000 },
  );
  const client = new RawClient(server.port);
  client.write(get('/'));
  await client.until(/0;/);
  const start = Date.now();
  await server.close();
  await client.closed;
  t.match(client.received, /4;\r\n0\r\n\r\n$/);
  t.ok(Date.now() - start < 3_000);
});

t.test('under load no accepted request is lost', async (t) => {
  const { server } = await startFor(t, slow, { drainDelayMs: 100, drainTimeoutMs: 4_000 });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  t.teardown(() => agent.destroy());
  let stop = false;
  const outcomes: string[] = [];
  const worker = async () => {
    while (!stop) {
      const outcome = await send(server.url, '/slow?ms=10', { agent }).then(
        (answer) => `${answer.status} ${answer.text}`,
        (error) => error.code as string,
      );
      outcomes.push(outcome);
      if (outcome === 'ECONNREFUSED') return;
    }
  };
  const workers = Array.from({ length: 8 }, worker);
  await sleep(100);
  await server.close();
  stop = true;
  await Promise.all(workers);
  const lost = outcomes.filter((outcome) => outcome !== '200 slow' && outcome !== 'ECONNREFUSED');
  t.strictSame(lost, []);
  t.ok(outcomes.length > 20);
});

t.test('a drain that runs out answers 503, aborts the handlers and destroys what is left', async (t) => {
  const aborted: string[] = [];
  const { server, lines } = await startFor(t, (registry) => {
    registry.get('/polite', async (_request, context) => {
      await once(context.signal, 'abort');
      aborted.push('polite');
      return 'too late';
    });
    registry.get('/deaf', () => new Promise(() => {}));
  });
  const [polite, deaf] = [new RawClient(server.port), new RawClient(server.port)];
  polite.write(get('/polite'));
  deaf.write(get('/deaf'));
  await sleep(50);
  await server.close();
  await Promise.all([polite.closed, deaf.closed]);
  for (const { received } of [polite, deaf]) {
    t.match(received, /^HTTP\/1\.1 503 .*connection: close.*"code":"SHUTTING_DOWN"/is);
  }
  t.strictSame(aborted, ['polite']);
  t.match(lines, [{ level: 'WARN', message: 'drain timed out, aborting', running: 2 }]);
});

t.test('a listener closes although clients never stop connecting, and each answer is whole', async (t) => {
  const { server, lines } = await startFor(t, slow, { drainTimeoutMs: 4_000 });
  const outcomes: string[] = [];
  const client = async () => {
    // Each request on a connection of its own; the end is that nobody listens.
    for (let outcome = ''; outcome !== 'ECONNREFUSED'; outcomes.push(outcome)) {
      outcome = await send(server.url, '/').then(
        ({ status, text }) => `${status} ${text}`,
        (error) => error.code as string,
      );
    }
  };
  const clients = Array.from({ length: 20 }, client);
  await sleep(100);
  await server.close();
  await Promise.all(clients);
  t.strictSame(lines, [], 'it did not time out');
  t.ok(outcomes.length > 100, `${outcomes.length} requests`);
  const known = ['200 fast', 'ECONNREFUSED', 'ECONNRESET'];
  t.strictSame(
    outcomes.filter((outcome) => !known.includes(outcome)),
    [],
  );
});

t.test('close may be called twice', async (t) => {
  const { server } = await startFor(t, slow);
  await Promise.all([server.close(), server.close()]);
  await t.rejects(send(server.url, '/'), { code: 'ECONNREFUSED' });
});

t.test('SIGTERM drains and exits 0', async (t) => {
  const { child, port, exit, log } = await startProcess(t);
  t.match(JSON.parse(log()), { message: 'listening', url: `http://127.0.0.1:${port}`, service: 'fixture' });
  const client = new RawClient(port);
  client.write(get('/slow?ms=200'));
  await sleep(50);
  child.kill('SIGTERM');
  t.strictSame(await exit, [0, null]);
  t.match(client.received, /slow$/);
  t.match(log(), /"message":"stopping","signal":"SIGTERM"/);
});

t.test('a second signal ends the drain at once, exit 1', async (t) => {
  const { child, port, exit } = await startProcess(t);
  const client = new RawClient(port);
  client.write(get('/slow?ms=20000'));
  await sleep(50);
  child.kill('SIGTERM');
  await sleep(50);
  child.kill('SIGINT');
  t.strictSame(await exit, [1, null]);
  t.match(client.received, /^HTTP\/1\.1 503 .*"code":"SHUTTING_DOWN"/s);
});

t.test('SIGHUP and SIGQUIT drain too, and SIGUSR1 opens no debugger', async (t) => {
  for (const signal of ['SIGHUP', 'SIGQUIT'] as const) {
    const { child, exit, log } = await startProcess(t);
    child.kill('SIGUSR1');
    await until(() => log().includes('SIGUSR1'), 'the warning');
    child.kill(signal);
    t.strictSame(await exit, [0, null], signal);
    t.match(log(), new RegExp(`"message":"stopping","signal":"${signal}"`));
    t.notMatch(log(), /Debugger listening/);
  }
});

t.test('a SIGTERM that comes with the line that it listens drains', async (t) => {
  for (let i = 0; i < 5; i++) {
    const { child, exit } = await startProcess(t, (running) => running.kill('SIGTERM'));
    t.strictSame(await exit, [0, null]);
    t.equal(child.signalCode, null);
  }
});

for (const kind of ['timer', 'rejection']) {
  t.test(`a stray error (${kind}) is one line, lets requests in flight end, and exits 1`, async (t) => {
    const { child, port, exit, log } = await startProcess(t);
    const client = new RawClient(port);
    client.write(get('/slow?ms=300'));
    await sleep(50);
    t.match(await send(`http://127.0.0.1:${port}`, `/stray?${kind}`), { status: 200, text: 'thrown' });
    t.strictSame(await exit, [1, null]);
    t.match(client.received, /200 OK.*slow$/s, 'a request in flight');
    const lines = log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.match(
      lines.filter(({ level }) => level === 'FATAL'),
      [
        {
          message: kind === 'timer' ? 'uncaughtException' : 'unhandledRejection',
          error: { message: 'nobody catches this' },
        },
      ],
    );
    t.equal(child.signalCode, null);
  });
}

/** One request, and whether its connection had served others before. */
function attempt(url: string, agent: http.Agent): Promise<{ error?: string; reused: boolean }> {
  return new Promise((resolve) => {
    const request = http.get(url, { agent }, (response) => {
      response.resume().once('close', () => {
        const error = response.complete && response.statusCode === 200 ? undefined : 'cut';
        resolve({ error, reused: request.reusedSocket });
      });
    });
    request.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ error: error.code, reused: request.reusedSocket }),
    );
  });
}

for (const thinkMs of [0, 20]) {
  t.test(`kept-alive clients lose nothing in a drain: think time up to ${thinkMs} ms`, async (t) => {
    let sent = 0;
    const lost: string[] = [];
    for (let round = 0; round < 3; round++) {
      const { server } = await startFor(t, slow, { drainTimeoutMs: 10_000 });
      const agents = Array.from({ length: 30 }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }));
      let stop = false;
      const client = async (agent: http.Agent) => {
        // A connection that the server ends by its reply is no loss; the first refusal of a new one ends the client.
        while (!stop) {
          sent++;
          const { error, reused } = await attempt(server.url, agent);
          // Of new connections the kernel may reset those that it still keeps when the listener closes.
          if (error !== undefined && !reused) return;
          if (error !== undefined) lost.push(error);
          if (thinkMs > 0) await sleep(Math.random() * thinkMs);
        }
      };
      const clients = agents.map(client);
      await sleep(100);
      await server.close();
      stop = true;
      await Promise.all(clients);
      for (const agent of agents) agent.destroy();
    }
    t.ok(sent > 200, `${sent} requests`);
    t.strictSame(lost, []);
  });
}
