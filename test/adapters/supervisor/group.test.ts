import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { supervisorGroup } from '../../../src/adapters/supervisor/index.ts';
import { Supervisord } from './supervisord.ts';
import { findProgram } from './tools.ts';

/** Runs until SIGTERM, and tells in its log what it is. */
const STAND_IN = `#!/bin/bash
trap 'echo "$1 drained"; exit 0' TERM
echo "$1 started"
while true; do sleep 0.1; done
`;

// Of the file, whose name is short: the path of a unix socket may have 107 bytes.
const dir = t.testdir({ 'stand-in': STAND_IN });

const app = { command: '/opt/shop/app' };

t.test('one program keeps the name of the service, several are a group', async (t) => {
  const heads = (programs: Record<string, object>) =>
    supervisorGroup('shop', programs as Record<string, typeof app>).match(/^(\[.*\]|programs=.*)$/gm);
  t.same(heads({ server: app }), ['[program:shop]']);
  t.same(heads({ worker: app }), ['[program:shop]']);
  t.same(heads({ server: app, worker: app }), [
    '[group:shop]',
    'programs=shop-server,shop-worker',
    '[program:shop-server]',
    '[program:shop-worker]',
  ]);
  t.throws(() => supervisorGroup('a b', { server: app, worker: app }), /name: "a b-server" may only hold/);
  t.throws(
    () => supervisorGroup('shop', { server: app, worker: { ...app, drainSeconds: 40 } }),
    /drainSeconds: the drain of 40 s/,
    'the worker has to end before SIGKILL as well',
  );
});

const supervisord = findProgram('supervisord');
const supervisorctl = findProgram('supervisorctl');
const absent = supervisord && supervisorctl ? false : 'supervisord or supervisorctl is not on PATH';

t.test('server and worker under real supervisord', { skip: absent }, async (t) => {
  const command = join(dir, 'stand-in');
  chmodSync(command, 0o755);
  mkdirSync(join(dir, 'logs'));
  const program = (kind: string) => ({ command, args: [kind], stdout: { file: join(dir, 'logs', kind) } });
  const sections = supervisorGroup('app', { server: program('httpServer'), worker: program('worker') });
  const daemon = new Supervisord(dir, { supervisord: supervisord!, supervisorctl: supervisorctl! }, sections);
  t.teardown(() => daemon.end());
  daemon.start();

  const names = ['app:app-server', 'app:app-worker'];
  const first = await Promise.all(names.map((name) => daemon.running(name)));
  for (const [index, name] of names.entries()) {
    process.kill(first[index]!, 'SIGKILL');
    const second = await daemon.running(name, first[index]);
    t.not(second, first[index], `${name} is back after kill -9`);
  }
  t.equal(await daemon.running(names[0]!), await daemon.running(names[0]!, first[0]), 'each for itself');
  t.match(await daemon.ctl('status', 'app:*'), /^app:app-server +RUNNING.*\napp:app-worker +RUNNING/);
  t.match(await daemon.ctl('stop', 'app:*'), /stopped[\s\S]*stopped/);
  t.match(daemon.log, /stopped: app-worker \(exit status 0\)/, 'by SIGTERM');
});
