import { join } from 'node:path';
import t from 'tap';
import { APP } from '../../support/run-app.ts';
import { noBoot, runBooted } from './booted.ts';
import { debianRoot } from './debian.ts';

const AWS = join(import.meta.dirname, 'deployed-aws.ts');
const HOSTS = ['s3.us-east-1.amazonaws.com', 'cloudformation.us-east-1.amazonaws.com'];

t.setTimeout(480_000);

t.test(
  'deployed to moto, its user-data booted unmodified in a Debian chroot',
  { skip: noBoot() },
  async (t) => {
    const root = await debianRoot();
    if ('reason' in root) {
      t.plan(0, root.reason);
      return;
    }
    const args = [AWS, root.path, 'omega', '9999'];
    const { status, output, read } = await runBooted(t.testdir(), 'boot.sh', {
      hosts: HOSTS,
      app: APP,
      args,
    });
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
    const [first, second, ms] = read('pids').trim().split(' ');
    t.not(second, first, 'under a new pid');
    t.comment(`back ${ms} ms after kill -9`);
    t.match(read('stop'), /omega: stopped[\s\S]*STOPPED/);
    t.equal(read('last-code'), '7\n', 'once stopped, the port refuses connections');
  },
);
