import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { APP, noApp } from '../../support/run-app.ts';
import { skipWithout } from '../tools.ts';
import { debianRoot } from './debian.ts';

const DRIVER = join(import.meta.dirname, 'boot.sh');
const AWS = join(import.meta.dirname, 'deployed-aws.ts');
const HOSTS = ['s3.us-east-1.amazonaws.com', 'cloudformation.us-east-1.amazonaws.com'];
const LIMIT_MS = 150_000;

const TOOLS = [
  'debootstrap',
  'apt-get',
  'unshare',
  'chroot',
  'ip',
  'mount',
  'openssl',
  'moto_server',
  'bash',
];

const skip =
  process.getuid?.() === 0 ? noApp || skipWithout(...TOOLS) : 'needs root, for namespaces and debootstrap';

/** A certificate of its own for the hosts, and for the chroot the authority that it trusts. */
function certificate(dir: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30'];
  const names = `subjectAltName=${HOSTS.map((host) => `DNS:${host}`).join(',')}`;
  openssl(
    'req',
    '-x509',
    ...key,
    '-subj',
    '/CN=test',
    ...['-keyout', 'key.pem', '-out', 'cert.pem', '-addext', names],
  );
}

/** Ends with all that runs in its namespaces: they are children of its first process there. */
async function boot(dir: string, root: string): Promise<{ status: number | null; output: string }> {
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const driver = ['bash', DRIVER, dir, process.execPath, AWS, root, 'omega', '9999'];
  const child = spawn('unshare', [...namespaces, ...driver], {
    ...{ env: { PATH: process.env.PATH, HOME: process.env.HOME, APP } },
    ...{ stdio: ['ignore', 'ignore', 'pipe'], timeout: LIMIT_MS, killSignal: 'SIGKILL' },
  });
  const closed = once(child, 'close');
  const output = await text(child.stderr!);
  const [status] = (await closed) as [number | null];
  return { status, output };
}

t.setTimeout(480_000);

t.test('deployed to moto, its user-data booted unmodified in a Debian chroot', { skip }, async (t) => {
  const root = debianRoot();
  if ('reason' in root) {
    t.plan(0, root.reason);
    return;
  }
  const dir = t.testdir();
  certificate(dir);
  mkdirSync(join(dir, 'mnt'));
  writeFileSync(join(dir, 'hosts'), `127.0.0.1 ${HOSTS.join(' ')}\n`);
  const read = (file: string) => (existsSync(join(dir, file)) ? readFileSync(join(dir, file), 'utf8') : '');
  const { status, output } = await boot(dir, root.path);
  t.equal(status, 0, `boot.sh ran to its end\n${output}\n${read('log')}`);
  t.equal(read('code'), '0\n', 'the user-data ended well');

  const { result, artifact } = JSON.parse(read('provision.json'));
  t.equal(result, 'created');
  t.match(artifact, { bucket: 'deployed-artifacts', key: `omega/${artifact.sha256}.zip`, uploaded: true });
  t.notMatch(read('user-data.sh'), /\{"(Ref|Fn::)/, 'every expression is resolved');

  const [fetched, signal, ...more] = read('record')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.same(more, [], 'one request to S3, one signal');
  t.match(fetched, { method: 'GET', url: `/deployed-artifacts/${artifact.key}` });
  t.match(fetched.headers.authorization, /Credential=test-key\/\d{8}\/us-east-1\/s3\/aws4_request/);
  t.match(Object.fromEntries(new URLSearchParams(signal.body)), {
    Action: 'SignalResource',
    StackName: 'omega',
    LogicalResourceId: 'AutoScalingGroup',
    UniqueId: 'i-fake',
    Status: 'SUCCESS',
  });

  t.equal(read('first-answer'), 'Hello world from Omega!', 'port 9999 answers under supervisord');
  t.match(read('process'), /^svc-omega\s.*\/opt\/omega\/app httpServer --port 9999/);
  t.equal(read('second-answer'), 'Hello world from Omega!', 'and again after kill -9');
  const [first, second] = read('pids').trim().split(' ');
  t.not(second, first, 'under a new pid');
  t.comment(`back ${read('restart-ms').trim()} ms after kill -9`);
  t.match(read('stop'), /omega: stopped[\s\S]*STOPPED/);
  t.equal(read('last-code'), '7\n', 'once stopped, the port refuses connections');
});
