import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Supervisord, until } from './supervisord.ts';
import { findProgram } from './tools.ts';

/** Notes each start and ends well at once: a program whose own start takes long would be RUNNING on a busy machine. */
const ENDS_AT_ONCE = `#!/bin/sh
echo start >> "$1"
`;

/** Notes each start, then ends well after the milliseconds of its argument. */
const ENDS_WELL = `#!${process.execPath}
import('node:fs').then(({ appendFileSync }) => {
  appendFileSync(process.argv[2], 'start\\n');
  setTimeout(() => process.exit(0), Number(process.argv[3]));
});
`;

const supervisord = findProgram('supervisord');
const supervisorctl = findProgram('supervisorctl');
const skip = supervisord && supervisorctl ? false : 'supervisord or supervisorctl is not on PATH';

// Short names: the path of a unix socket may have 107 bytes.
const folder = (p: string) => ({ p, starts: '' });
const root = t.testdir({ a: folder(ENDS_AT_ONCE), b: folder(ENDS_WELL), c: folder(ENDS_WELL) });

interface Start {
  readonly startsecs: number;
  /** Until the program ends. */
  readonly ms?: number;
}

function start(
  t: Test,
  name: 'a' | 'b' | 'c',
  { startsecs, ms = 0 }: Start,
  change = (conf: string) => conf,
) {
  const dir = join(root, name);
  chmodSync(join(dir, 'p'), 0o755);
  const programs = { supervisord: supervisord!, supervisorctl: supervisorctl! };
  const args = [join(dir, 'starts'), String(ms)];
  const options = { name: 'app', command: join(dir, 'p'), args, startsecs, startretries: 3 };
  const daemon = new Supervisord(dir, programs, options);
  const conf = join(dir, 'supervisord.conf');
  writeFileSync(conf, change(readFileSync(conf, 'utf8')));
  daemon.start();
  t.teardown(() => daemon.end());
  const starts = () => readFileSync(join(dir, 'starts'), 'utf8').split('\n').length - 1;
  const status = () => spawnSync(supervisorctl!, ['-c', conf, 'status', 'app'], { encoding: 'utf8' });
  return { daemon, starts, status };
}

const seen = (state: string, status: ReturnType<typeof start>['status']) =>
  until(state, 60_000, async () => {
    const got = status();
    return new RegExp(`^app +${state} `).test(got.stdout) ? got : undefined;
  });

t.test('exit 0 before startsecs is BACKOFF, which only the text of the status tells', { skip }, async (t) => {
  const { daemon, starts, status } = start(t, 'a', { startsecs: 30 });
  const backoff = await seen('BACKOFF', status);
  t.equal(backoff.status, 0, 'the exit status of supervisorctl does not tell');
  await seen('FATAL', status);
  const error = await daemon.running('app', undefined, 300).catch((problem) => problem);
  t.match(error.message, /not within \d+ ms: app RUNNING\napp +FATAL /, 'so the text is what is read');
  t.match(daemon.log, /exited: app \(exit status 0; not expected\)/);
  t.equal(starts(), 4, 'the first try and startretries');
});

t.test('exit 0 after startsecs: autorestart=true starts it again', { skip }, async (t) => {
  const { daemon, starts } = start(t, 'b', { startsecs: 1, ms: 3000 });
  const first = await daemon.running('app');
  t.not(await daemon.running('app', first), first);
  t.match(daemon.log, /exited: app \(exit status 0; expected\)/);
  t.ok(starts() >= 2);
});

t.test('autorestart=unexpected would leave it down', { skip }, async (t) => {
  const change = (conf: string) => conf.replace('autorestart=true', 'autorestart=unexpected');
  const { starts, status } = start(t, 'c', { startsecs: 1, ms: 3000 }, change);
  await seen('EXITED', status);
  t.equal(starts(), 1);
});
