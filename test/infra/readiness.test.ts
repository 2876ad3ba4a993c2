import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { emitTopology } from '../../infra/index.ts';
import { SAMPLE } from './sample.ts';
import { skipWithout } from './tools.ts';

const STEPS =
  /\nrun install_packages\nrun check_image\nrun make_account\nrun install_artifact\nrun install_watch\nrun configure_supervisord\nrun wait_until_ready\n$/;

/** Stand-ins: the server answers after so many tries, supervisorctl exits 0 whatever it prints. */
const PROGRAMS = {
  curl: `#!/bin/bash
printf '%s\\n' "$*" >>"$RECORD"
if [[ " $* " == *' --config - '* ]]; then cat >/dev/null; fi
case "\${!#}" in
  */api/token) printf 'TOKEN' ;;
  */security-credentials/) printf 'role' ;;
  */security-credentials/role) printf '{"AccessKeyId" : "A", "SecretAccessKey" : "S", "Token" : "T"}' ;;
  */meta-data/instance-id) printf 'i-1' ;;
  http://127.0.0.1:*) (($(grep -c http://127.0.0.1: "$RECORD") > TRIES)) || exit 22 ;;
esac
`,
  supervisorctl: `#!/bin/bash
echo "$2 BACKOFF Exited too quickly (process log may have details)"
exit 0
`,
  sleep: '#!/bin/bash\nexit 0\n',
};

function waits(t: Test, tries: number) {
  const dir = t.testdir(PROGRAMS);
  for (const name of Object.keys(PROGRAMS)) chmodSync(join(dir, name), 0o755);
  const { userData } = emitTopology(SAMPLE);
  t.match(userData, STEPS);
  writeFileSync(join(dir, 'script.sh'), userData.replace(STEPS, '\nrun wait_until_ready\n'));
  const record = join(dir, 'record');
  const env = { PATH: `${dir}:${process.env.PATH}`, RECORD: record, TMPDIR: dir, TRIES: String(tries) };
  const { status, stderr } = spawnSync('bash', [join(dir, 'script.sh')], {
    encoding: 'utf8',
    env,
    timeout: 60_000,
  });
  const lines = existsSync(record) ? readFileSync(record, 'utf8').split('\n') : [];
  const signal = lines.find((line) => line.includes('Action=SignalResource'));
  const [, id, outcome] = / UniqueId=(\S+) .* Status=(\w+)/.exec(signal ?? '') ?? [];
  return { status, stderr, id, signal: outcome };
}

const skip = skipWithout('bash', 'sed', 'grep');

t.test(
  'a server in BACKOFF is a failed start, though supervisorctl status ends with 0',
  { skip },
  async (t) => {
    const { status, stderr, id, signal } = waits(t, 1000);
    t.equal(status, 1);
    t.equal(signal, 'FAILURE');
    t.equal(id, 'i-1:wait_until_ready-BACKOFF', 'the event of the stack tells what it was');
    t.match(stderr, /no 2xx from http:\/\/127\.0\.0\.1:9999/);
    t.match(stderr, /BACKOFF Exited too quickly/, 'the text is in the log of the start');
  },
);

t.test('a server that is ready after some tries is a good start', { skip }, async (t) => {
  // Longer than a minute, for which a dependency of it was away.
  const { status, signal } = waits(t, 75);
  t.equal(status, 0);
  t.equal(signal, 'SUCCESS');
});
