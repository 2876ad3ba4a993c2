import { chmodSync, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { APP, noApp } from '../../support/run-app.ts';
import { startRequest } from '../../support/start-request.ts';
import { freePort, Supervisord, until } from './supervisord.ts';
import { findProgram } from './tools.ts';

const SLOW_MS = 5000;

/** Shows that the configuration works on its own, apart from the build and the HTTP adapter. */
const STAND_IN = `#!${process.execPath}
// A dynamic import works whichever module type the folders above declare.
import('node:http').then(({ createServer }) => {
  const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
  const server = createServer((request, response) => {
    const ms = Number(new URL(request.url, 'http://x').searchParams.get('ms') ?? 0);
    setTimeout(() => response.end(\`\${process.argv[2]} after \${ms} ms\`), ms);
  }).listen(port, '127.0.0.1');
  process.on('SIGTERM', () => server.close(() => process.exit(0)));
});
`;

// Short names: the path of a unix socket may have 107 bytes.
const root = t.testdir({ a: { 'stand-in': STAND_IN }, b: {} });
chmodSync(join(root, 'a/stand-in'), 0o755);

const supervisord = findProgram('supervisord');
const supervisorctl = findProgram('supervisorctl');
const absent = supervisord && supervisorctl ? false : 'supervisord or supervisorctl is not on PATH';

/** 'refused', or 'accepted' when something listens. */
function knock(port: number): Promise<'refused' | 'accepted'> {
  return new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done('accepted');
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' ? done('refused') : fail(error),
    );
  });
}

async function get(port: number, path: string): Promise<string> {
  // A kept-alive connection would be one more thing for the server to drain.
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
  return `${response.status} ${await response.text()}`;
}

function lifeOf(dir: string, command: string, hello: RegExp) {
  return async (t: Test) => {
    const port = await freePort();
    mkdirSync(join(dir, 'logs'));
    const log = (name: string) => ({ file: join(dir, 'logs', name) });
    const daemon = new Supervisord(
      dir,
      { supervisord: supervisord!, supervisorctl: supervisorctl! },
      {
        name: 'app',
        command,
        port,
        directory: dir,
        stopwaitsecs: 10,
        drainSeconds: 7,
        stdout: log('out.log'),
        stderr: log('err.log'),
      },
    );
    t.teardown(() => daemon.end());
    daemon.start();

    const first = await daemon.running('app');
    t.match(await get(port, '/'), hello, 'answers once it is RUNNING');

    process.kill(first, 'SIGKILL');
    const second = await daemon.running('app', first);
    t.not(second, first, 'back under a new pid after kill -9');
    t.match(await get(port, '/'), hello, 'answers again');

    const undisturbed = await get(port, '/slow?ms=41');
    t.match(undisturbed, /^200 .*\b41\b/s, 'the slow route answers');
    const expected = undisturbed.replace(/\b41\b/, String(SLOW_MS));

    let inFlight = true;
    const slow = await startRequest(`http://127.0.0.1:${port}/slow?ms=${SLOW_MS}`);
    const answer = slow.answer.finally(() => {
      inFlight = false;
    });
    const stopping = daemon.ctl('stop', 'app');
    await until('new connections refused', 15_000, async () =>
      (await knock(port)) === 'refused' ? true : undefined,
    );
    t.ok(inFlight, 'new connections are refused while the slow request is still in flight');
    t.equal(await answer, expected, 'which gets its whole answer');
    t.equal(await stopping, 'app: stopped', 'supervisorctl saw it stop');
    t.match(await daemon.ctl('status', 'app'), /\sSTOPPED\s/, 'and it stays stopped');
    t.match(daemon.log, /stopped: app \(exit status 0\)/, 'a clean exit');
    t.notMatch(daemon.log, /SIGKILL.*app|killing 'app'/, 'supervisord did not have to kill it');
  };
}

t.test(
  'a stand-in server under real supervisord',
  { skip: absent },
  lifeOf(join(root, 'a'), join(root, 'a/stand-in'), /^200 httpServer/),
);

t.test(
  'dist/app under real supervisord',
  { skip: absent || noApp },
  lifeOf(join(root, 'b'), APP, /^200 Hello world from Omega!$/),
);
