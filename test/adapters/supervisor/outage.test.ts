// A service that fails at load while something that it needs is away. The supervisord is the real one, its clock ten
// times as fast: ten failed starts, after which the program's default of earlier versions ended in FATAL, take 57 s.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Supervisord, until } from './supervisord.ts';
import { findProgram, findSupervisorPython } from './tools.ts';

const FACTOR = 10;
const OUTAGE_SECONDS = 100;
const CLOCK = join(import.meta.dirname, 'fast-clock.py');

/** Two real seconds: a shell that fails within them never counts as RUNNING, on a busy machine either. */
const STARTSECS = 2 * FACTOR;

const FAILS_AT_LOAD = `#!/bin/sh
echo start >>"$1/starts"
[ -e "$1/there" ] || exit 1
exec sleep 600
`;

const python = findSupervisorPython();
const supervisorctl = findProgram('supervisorctl');
const skip = python && supervisorctl ? false : 'no Python with the supervisor package, or no supervisorctl';

// Short names: the path of a unix socket may have 107 bytes.
const folder = () => ({ p: FAILS_AT_LOAD, starts: '' });
const root = t.testdir({ a: folder(), b: folder() });

function start(t: Test, name: 'a' | 'b', options: { startretries?: number }) {
  const dir = join(root, name);
  chmodSync(join(dir, 'p'), 0o755);
  const launcher = [python!, CLOCK, String(FACTOR)] as const;
  const programs = { supervisord: '', supervisorctl: supervisorctl!, launcher };
  const daemon = new Supervisord(dir, programs, {
    ...{ name: 'app', command: join(dir, 'p'), args: [dir], startsecs: STARTSECS, ...options },
  });
  const began = Date.now();
  daemon.start();
  t.teardown(() => daemon.end());
  return {
    daemon,
    starts: () => readFileSync(join(dir, 'starts'), 'utf8').split('\n').length - 1,
    /** Seconds of its own clock. */
    seconds: () => ((Date.now() - began) / 1000) * FACTOR,
    recover: () => writeFileSync(join(dir, 'there'), ''),
  };
}

t.test('a dependency that is away for 100 s: supervisord keeps trying', { skip }, async (t) => {
  const { daemon, starts, seconds, recover } = start(t, 'a', {});
  await until('more failed starts than ten', 60_000, async () =>
    seconds() > OUTAGE_SECONDS && starts() > 12 ? true : undefined,
  );
  t.match(await daemon.ctl('status', 'app'), /^app +(BACKOFF|STARTING) /);
  const failed = starts();
  recover();
  t.ok(await daemon.running('app'));
  t.ok(starts() > failed);
  t.notMatch(daemon.log, /gave up/);
});

t.test('with few retries, FATAL is for good', { skip }, async (t) => {
  const { daemon, starts, recover } = start(t, 'b', { startretries: 3 });
  await until('FATAL', 60_000, async () =>
    /^app +FATAL /.test(await daemon.ctl('status', 'app')) ? true : undefined,
  );
  const failed = starts();
  recover();
  await t.rejects(daemon.running('app', undefined, 5000), /FATAL/);
  t.equal(starts(), failed);
});
