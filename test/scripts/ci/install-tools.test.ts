import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';

const SCRIPT = join(import.meta.dirname, '..', '..', '..', '.ci', 'install-tools');

/** Runs it among stand-ins of the programs that it asks. */
function run(t: Test, user: number, pairs: string[]) {
  const dir = t.testdir({ calls: '' });
  const stand = (name: string, script: string) => {
    writeFileSync(join(dir, name), `#!/bin/bash\n${script}\n`);
    chmodSync(join(dir, name), 0o755);
  };
  stand('id', `echo ${user}`);
  stand('there', '');
  stand('python3', '[ "$2" = "import known" ]');
  stand('apt-get', `echo "$*" >> ${join(dir, 'calls')}; [[ "$*" != *broken* ]]`);
  const { status, stderr } = spawnSync('/usr/bin/env', ['-i', `PATH=${dir}`, '/bin/bash', SCRIPT, ...pairs], {
    encoding: 'utf8',
  });
  const calls = readFileSync(join(dir, 'calls'), 'utf8').trim().split('\n').filter(Boolean);
  return { status, stderr, calls };
}

const INSTALL = 'install -y -q --no-install-recommends';

t.test('what is there is left alone, what is missing is installed, what cannot be is told', async (t) => {
  const pairs = [
    'there:a',
    'python.known:b',
    'absent:c',
    'python.no_such_module:d',
    'other:broken',
    'last:e',
  ];
  const { status, stderr, calls } = run(t, 0, pairs);
  t.equal(status, 0);
  t.strictSame(calls, ['update -q', `${INSTALL} c`, `${INSTALL} d`, `${INSTALL} broken`, `${INSTALL} e`]);
  t.equal(stderr, 'install-tools: broken could not be installed\n');
});

t.test('nothing is asked of the network when all is there', async (t) => {
  t.strictSame(run(t, 0, ['there:a']), { status: 0, stderr: '', calls: [] });
});

t.test('without root it tells what is missing', async (t) => {
  const { status, stderr, calls } = run(t, 1000, ['absent:c', 'there:a']);
  t.strictSame([status, calls], [0, []]);
  t.match(stderr, /needs root and apt-get: c\n$/);
});
