import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { nodeCommand } from '../support/node.ts';
import { APP, noApp, runCommand, runMain, SAMPLE_MAIN } from '../support/run-app.ts';
import { startRequest } from '../support/start-request.ts';

const oneLine = /^app: [^\n]+\n$/;

t.test('bad flags give one line and exit code 2', async (t) => {
  const cases: [args: string[], message: RegExp][] = [
    [['--port', 'abc'], /--port "abc": it must be a whole number from 0 to 65535/],
    [['--port', '65536'], /--port "65536"/],
    [['--port', '-1'], /--port "-1"/],
    [['--port', ''], /--port: needs a value/],
    [['--port', '1', '--port', '2'], /--port: given more than once/],
    [['--port'], /--port: needs a value/],
    [['--tlsCert', '', '--tlsKey', ''], /--tlsCert: needs a value\n--tlsKey: needs a value/],
    [['--drainTimeout', 'x'], /--drainTimeout "x"/],
    [['--bodyLimit', '1.5'], /--bodyLimit "1.5"/],
    [['--processes', 'all'], /--processes "all": it must be auto or a whole number from 1/],
    [['--processes', '0'], /--processes "0": it must be a whole number from 1 to 256/],
    [['--trustProxy', 'nowhere'], /--trustProxy "nowhere"/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await runMain(SAMPLE_MAIN, ['httpServer', ...args]);
    t.equal(code, 2, args.join(' '));
    t.match(stderr, message);
    t.match(stderr, /^app: [^\n]+\n(--[^\n]+\n)*$/, 'one line each');
    t.equal(stdout, '');
  }
  for (const [args, message] of [
    [['--tlsCert', '/no/cert.pem', '--tlsKey', '/no/key.pem'], /\/no\/cert\.pem/],
    [['--host', '192.0.2.1', '--port', '0'], /192\.0\.2\.1/],
  ] as const) {
    const { code, stderr } = await runMain(SAMPLE_MAIN, ['httpServer', ...args]);
    t.equal(code, 1, 'only a look tells');
    t.match(stderr, message);
    t.match(stderr, oneLine);
  }
  const half = await runMain(SAMPLE_MAIN, ['httpServer', '--tlsCert', '/no/cert.pem']);
  t.equal(half.code, 2);
  t.match(half.stderr, /tlsKey/);
});

t.test('a port in use gives one line and a non-zero exit', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const { port } = taken.address() as { port: number };
  const result = await runMain(SAMPLE_MAIN, ['httpServer', '--host', '127.0.0.1', '--port', String(port)]);
  t.equal(result.code, 1);
  t.match(result.stderr, new RegExp(`port ${port} .*in use`));
  t.match(result.stderr, oneLine);
});

t.test('the executable serves and drains on SIGTERM', { skip: noApp }, async (t) => {
  const child = spawn(APP, ['httpServer', '--host', '127.0.0.1', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const [first] = await once(lines, 'line');
  const { url } = JSON.parse(first);
  t.equal(await (await fetch(url)).text(), 'Hello world from Omega!');
  const slow = await startRequest(`${url}/slow?ms=800`);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  t.equal(await slow.answer, '200 {"slept":800}');
  t.same(await exited, [0, null]);
});

t.test('a working directory that is gone is one line', async (t) => {
  for (const args of [['version'], ['httpServer', '--port', '0'], ['--help']]) {
    const dir = mkdtempSync(join(tmpdir(), 'amphi-gone-'));
    const command = nodeCommand(SAMPLE_MAIN, ...args);
    const result = await runCommand(
      'sh',
      ['-c', 'unset NODE_OPTIONS; rmdir "$PWD" && exec "$0" "$@"', ...command],
      { cwd: dir },
    );
    t.equal(result.code, 1);
    t.equal(result.stderr, 'app: the working directory has been deleted\n');
  }
});

t.test('every command line error of the executable is one line', { skip: noApp }, async (t) => {
  const { code, stderr } = await runCommand(APP, ['httpServer', '--port', 'abc']);
  t.equal(code, 2);
  t.match(stderr, oneLine);
});
