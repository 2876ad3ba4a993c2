import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { nodeCommand } from '../support/node.ts';

const FIXTURE = join(import.meta.dirname, 'fixture.ts');
/** Lines that one request or invocation logs. */
const LINES = 500;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

type Stdio = 'pipe' | number;

async function serve(t: Test, command: 'httpServer' | 'emulate', stdout: Stdio, stderr: Stdio = 'pipe') {
  const port = await freePort();
  const [node, ...args] = nodeCommand(FIXTURE, command, '--host', '127.0.0.1', '--port', String(port));
  const child = spawn(node, args, { stdio: ['ignore', stdout, stderr], env: { PATH: process.env.PATH } });
  t.teardown(() => child.kill('SIGKILL'));
  return { child, url: `http://127.0.0.1:${port}` };
}

async function listening(url: string): Promise<void> {
  for (let left = 200; ; left--) {
    const reached = await fetch(url).then(
      () => true,
      () => false,
    );
    if (reached) return;
    if (left === 0) throw new Error(`${url} does not answer`);
    await sleep(50);
  }
}

/** Not by fetch, whose headers are those of a browser. */
async function invoke(url: string, name: string): Promise<{ status: number | undefined; body: string }> {
  const sent = request(`${url}/2015-03-31/functions/${name}/invocations`, { method: 'POST', agent: false });
  sent.end('{}');
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

async function endOf(child: ChildProcess): Promise<unknown> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = sleep(10_000, 'still running', { ref: false });
  return Promise.race([exited, late]);
}

t.test('a reader that goes away costs a server no request, and it drains as ever', async (t) => {
  for (const command of ['httpServer', 'emulate'] as const) {
    const { child, url } = await serve(t, command, 'pipe');
    await once(createInterface({ input: child.stdout! }), 'line');
    child.stdout!.destroy();
    child.stderr!.destroy();
    const slow = invoke(url, 'slow');
    for (let n = 0; n < 3; n++) t.equal((await invoke(url, 'noisy')).status, 200, command);
    t.equal((await slow).body, '"slow"');
    t.same(await endOf(child), [0, null]);
  }
});

t.test('a full disk costs a server no request', async (t) => {
  for (const command of ['httpServer', 'emulate'] as const) {
    const full = openSync('/dev/full', 'w');
    t.teardown(() => closeSync(full));
    const { child, url } = await serve(t, command, full, full);
    await listening(url);
    for (let n = 0; n < 3; n++) t.equal((await invoke(url, 'noisy')).status, 200, command);
    t.equal((await invoke(url, 'printing')).status, 200, 'console.log too');
    t.same(await endOf(child), [0, null]);
  }
});

t.test(
  'a stalled reader fills no memory, gets the count when it reads again, and keeps no end',
  async (t) => {
    const { child, url } = await serve(t, 'httpServer', 'pipe');
    await listening(url);
    const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
    for (let n = 0; n < 100; n++) await invoke(url, 'noisy');
    const before = rss();
    for (let n = 0; n < 200; n++) t.equal((await invoke(url, n % 2 ? 'noisy' : 'printing')).status, 200);
    t.ok(rss() - before < 60_000, `${rss() - before} KB more for 100,000 lines`);
    let read = '';
    child.stdout!.setEncoding('utf8').on('data', (part) => {
      read += part;
    });
    const told = () => /"message":"log lines were dropped","count":(\d+)/.exec(read)?.[1];
    while (told() === undefined) await sleep(20);
    const noisy = read.match(/noisy line/g)!.length;
    t.equal(noisy + Number(told()), 300 * LINES);
    child.stdout!.pause();
    for (let n = 0; n < 20; n++) await invoke(url, 'noisy');
    t.same(await endOf(child), [0, null]);
  },
);

t.test(
  'a command whose output is a result is quiet at a closed pipe, and tells of a full disk',
  async (t) => {
    const run = (name: string, stdout: Stdio, stderr: Stdio = 'pipe') => {
      const [node, ...args] = nodeCommand(FIXTURE, 'invoke', name, '--event', '-');
      const child = spawn(node, args, { stdio: ['pipe', stdout, stderr], env: { PATH: process.env.PATH } });
      child.stdin!.end('{}');
      return child;
    };
    const closed = run('chatty', 'pipe');
    closed.stdout!.destroy();
    const [said, [code]] = await Promise.all([text(closed.stderr!), once(closed, 'exit')]);
    t.equal(code, 0);
    t.notMatch(said, /EPIPE/);
    const unlogged = run('noisy', 'pipe');
    unlogged.stderr!.destroy();
    const [result, [status]] = await Promise.all([text(unlogged.stdout!), once(unlogged, 'exit')]);
    t.same([status, result], [0, '"noisy"\n'], 'a log that nobody reads costs no result');
    const full = openSync('/dev/full', 'w');
    t.teardown(() => closeSync(full));
    const unwritten = run('double', full);
    const [why, [failed]] = await Promise.all([text(unwritten.stderr!), once(unwritten, 'exit')]);
    t.equal(failed, 1);
    t.match(why, /^app: standard output: ENOSPC: no space left on device, write\n$/);
    t.same(await once(run('noisy', 'pipe', full), 'exit'), [0, null]);
  },
);
