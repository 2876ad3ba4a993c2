import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t, { type Test } from 'tap';
import { relayLines } from '../../src/server/processes/lines.ts';
import { nodeCommand } from '../support/node.ts';
import { runMain } from '../support/run-app.ts';

const MAIN = join(import.meta.dirname, 'processes-main.ts');
type Line = Record<string, unknown> & { message: string };

/** The service in two processes, its log, and how to ask it on a new connection each time. */
async function begin(t: Test, ...flags: string[]) {
  const [node, ...rest] = nodeCommand(MAIN, 'httpServer', '--processes', '2', '--port', '0', ...flags);
  // A group of its own, so that a signal can be sent to all of it as a terminal does.
  const parent = spawn(node, rest, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  t.teardown(() => {
    if (parent.exitCode === null && parent.signalCode === null) process.kill(-parent.pid!, 'SIGKILL');
  });
  let text = '';
  parent.stdout.setEncoding('utf8').on('data', (piece) => {
    text += piece;
  });
  const lines = (message: string): Line[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
      .filter((line) => line.message === message);
  const exit = once(parent, 'exit') as Promise<[number | null, string | null]>;
  await soon(() => lines('listening').length > 0, 'that they listen');
  const { port } = lines('listening')[0] as Line & { port: number };
  const ask = (path: string) => askOnce(port, path);
  return { parent, exit, lines, ask, port };
}

function askOnce(port: number, path: string, agent: http.Agent | false = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (piece) => {
        body += piece;
      });
      response.once('end', () => resolve(body)).once('error', reject);
    });
    request.once('error', reject);
  });
}

async function soon(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Asks until so many processes have answered. */
async function pidsOf(ask: (path: string) => Promise<string>, count: number): Promise<Set<string>> {
  const pids = new Set<string>();
  await soon(async () => {
    for (const pid of await Promise.all(Array.from({ length: 8 }, () => ask('/slow?ms=5')))) pids.add(pid);
    return pids.size >= count;
  }, `answers of ${count} processes`);
  return pids;
}

const isAlive = (pid: string): boolean => {
  try {
    // One that nobody has waited for yet has ended all the same.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
};

t.test('two processes share a port, their metrics, and the place of one that crashed', async (t) => {
  const { parent, exit, lines, ask, port } = await begin(
    t,
    '--host',
    '127.0.0.1',
    '--metricsPath',
    '/metrics',
  );
  t.match(lines('listening'), [{ processes: 2, service: 'many', port }]);
  // Their lines come by another way than what they tell their parent.
  await soon(() => lines('process listens').length === 2, 'their own lines');
  t.strictSame(
    lines('process listens')
      .map(({ process }) => process)
      .sort(),
    [1, 2],
  );
  const before = await pidsOf(ask, 2);
  t.equal(before.size, 2);

  for (let n = 0; n < 20; n++) await ask('/count');
  t.match(await ask('/metrics'), /^things_total 40$/m, 'the sum');
  t.match(await ask('/metrics'), /^share_percent (10|20|30)$/m, 'an average');

  await ask('/crash');
  await soon(() => lines('a process ended, another is started').length > 0, 'the crash');
  await ask('/');
  await soon(() => lines('process listens').length === 3, 'a new one');
  const [crash] = lines('a process ended, another is started');
  t.match(crash, { level: 'ERROR', signal: 'SIGKILL', code: null });
  const after = await pidsOf(ask, 2);
  t.equal([...after].filter((pid) => before.has(pid)).length, 1, 'the other went on');

  await ask('/long');
  await soon(() => lines('long').length === 20, 'long lines, each whole');

  // A rolling restart, under clients with and without connections that they keep.
  const lost: string[] = [];
  let [stop, kept] = [false, 0];
  const client = async (agent: http.Agent | false) => {
    while (!stop) {
      await askOnce(port, '/', agent).then(
        () => kept++,
        (error) => lost.push(error.code),
      );
    }
    if (agent) agent.destroy();
  };
  const agents = Array.from({ length: 8 }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }));
  const clients = [...agents, false as const, false as const].map(client);
  parent.kill('SIGHUP');
  await soon(() => lines('restarted').length > 0, 'the restart');
  stop = true;
  await Promise.all(clients);
  t.strictSame(lost, []);
  t.ok(kept > 50, `${kept} requests`);
  const renewed = await pidsOf(ask, 2);
  t.equal([...renewed].filter((pid) => after.has(pid)).length, 0, 'all are new');
  const metrics = await ask('/metrics');
  t.match(metrics, /^things_total 40$/m, 'what processes counted that have ended stays in the sum');
  t.notMatch(metrics, /share_percent/, 'what their gauges showed is over');

  // As Ctrl-C does: to all of them at once, which is one drain and no second signal.
  const slow = ask('/slow?ms=300');
  await new Promise((resolve) => setTimeout(resolve, 100));
  process.kill(-parent.pid!, 'SIGINT');
  t.ok(renewed.has(await slow), 'what was under way ended');
  t.strictSame(await exit, [0, null]);
  t.strictSame(lines('stopping at once'), []);
});

t.test('who was killed takes the others along; an IPv6 port of its own', async (t) => {
  const { parent, ask, port } = await begin(t, '--host', '::');
  const pids = await pidsOf(ask, 2);
  parent.kill('SIGKILL');
  await soon(() => ![...pids].some(isAlive), 'their end');
  // The kernel may still have queued it for them.
  await t.rejects(askOnce(port, '/'), { code: /^ECONN(REFUSED|RESET)$/ });
});

t.test('a first start that fails ends it with 1, amphi dev has one process', async (t) => {
  const args = ['httpServer', '--processes', '2', '--port', '0'];
  const broken = await runMain(MAIN, args, { env: { BROKEN: '1' } });
  t.equal(broken.code, 1);
  t.match(broken.stderr, /no database/);
  t.notMatch(broken.stdout, /"listening"/);
  const child: ChildProcess = spawn(nodeCommand(MAIN)[0], nodeCommand(MAIN, ...args).slice(1), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, AMPHI_DEV: '1' },
  });
  const [[code], [told]] = await Promise.all([once(child, 'exit'), once(child.stderr!, 'data')]);
  t.equal(code, 2);
  t.equal(String(told), 'app: --processes: amphi dev serves from one process\n');
});

t.test('lines are passed on whole', async (t) => {
  const from = new PassThrough();
  const to = new PassThrough();
  const written: string[] = [];
  to.on('data', (bytes) => written.push(String(bytes)));
  relayLines(from, to);
  for (const piece of ['one\ntw', 'o', '\nthree\n', 'cut']) {
    from.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.strictSame(written, ['one\n', 'two\nthree\n']);
  from.end();
  await once(from, 'close');
  await new Promise((resolve) => setImmediate(resolve));
  t.strictSame(written.slice(2), ['cut\n']);
});
