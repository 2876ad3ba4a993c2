import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t, { type Test } from 'tap';
import { emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { SAMPLE } from './sample.ts';
import { skipWithout } from './tools.ts';

const HERE = resolve(import.meta.dirname, 'boot');
const APP = resolve(import.meta.dirname, '../../dist/app');
const REGION = 'eu-test-1';
const SUFFIX = 'aws.test';

/** Answers every path with its own arguments; supervisor needs this Python anyway. */
const STAND_IN = `#!/usr/bin/python3
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(' '.join(sys.argv[1:]).encode())
HTTPServer(('0.0.0.0', int(sys.argv[sys.argv.index('--port') + 1])), Handler).serve_forever()
`;

const TOOLS = [
  'unshare',
  'chroot',
  'ip',
  'mount',
  'openssl',
  'curl',
  'unzip',
  'service',
  'useradd',
  'supervisord',
];

function skipReason(): string | false {
  if (process.getuid?.() !== 0) return 'needs root, for namespaces of its own';
  const absent = skipWithout(...TOOLS);
  if (absent) return absent;
  if (!existsSync('/usr/bin/python3')) return 'no /usr/bin/python3';
  const overlay =
    'mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w /mnt/m && mount -t overlay none -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/m';
  const probe = spawnSync('unshare', ['--mount', '--net', '--pid', '--fork', 'sh', '-c', overlay]);
  return probe.status === 0 ? false : 'this machine allows no overlay of / in a private namespace';
}

const skip = skipReason();

function zipOf(dir: string, member: string, source: string | { copy: string }): void {
  const path = join(dir, member);
  if (typeof source === 'string') writeFileSync(path, source);
  else copyFileSync(source.copy, path);
  chmodSync(path, 0o755);
  execFileSync('/usr/bin/python3', ['-m', 'zipfile', '-c', 'app.zip', member], { cwd: dir });
}

function certificate(dir: string, hosts: string[]): void {
  const names = hosts.map((host) => `DNS:${host}`).join(',');
  const args = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=fake-aws';
  const files = ['-keyout', 'key.pem', '-out', 'cert.pem', '-addext', `subjectAltName=${names}`];
  execFileSync('openssl', [...args.split(' '), ...files], { cwd: dir, stdio: 'ignore' });
}

/** Boots in the folder, whose app.zip is there; gives a reader of what boot.sh has left. */
function boot(dir: string, options: TopologyOptions): (file: string) => string {
  const hosts = [`s3.${REGION}.${SUFFIX}`, `cloudformation.${REGION}.${SUFFIX}`];
  certificate(dir, hosts);
  mkdirSync(join(dir, 'mnt'));
  writeFileSync(join(dir, 'hosts'), `127.0.0.1 ${hosts.join(' ')}\n`);
  const script = emitTopology(options)
    .userData.replace('{"Ref":"AWS::Region"}', REGION)
    .replace('{"Ref":"AWS::URLSuffix"}', SUFFIX)
    .replace('{"Ref":"AWS::StackName"}', 'my-stack');
  writeFileSync(join(dir, 'user-data.sh'), script);
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const driver = [
    'bash',
    join(HERE, 'boot.sh'),
    dir,
    process.execPath,
    join(HERE, 'fake-aws.ts'),
    'omega-service',
    '9999',
  ];
  const result = spawnSync('unshare', [...namespaces, ...driver], { encoding: 'utf8', timeout: 120_000 });
  const read = (file: string) => (existsSync(join(dir, file)) ? readFileSync(join(dir, file), 'utf8') : '');
  if (result.status !== 0) throw new Error(`boot.sh: ${result.status} ${result.stderr}\n${read('log')}`);
  return read;
}

interface Recorded {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

const recorded = (text: string): Recorded[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

function boots(source: string | { copy: string }, answer: RegExp) {
  return async (t: Test) => {
    const dir = t.testdir();
    zipOf(dir, 'bootstrap', source);
    const sha256 = createHash('sha256')
      .update(readFileSync(join(dir, 'app.zip')))
      .digest('hex');
    const environment = { AWKWARD: `100% ; "x" # {a,b} \${HOME}` };
    const read = boot(dir, { ...SAMPLE, sha256, environment });
    t.equal(read('code'), '0\n', read('log'));
    t.match(read('first-answer'), answer, 'answers once the user-data has ended');

    const [artifact, signal, ...more] = recorded(read('record'));
    t.same(more, [], 'one request to S3, one signal');
    t.match(artifact, { method: 'GET', url: '/my-artifacts/omega/app-0123.zip' });
    const signature = new RegExp(`^AWS4-HMAC-SHA256 Credential=AKID/\\d{8}/${REGION}/s3/aws4_request, `);
    t.match(artifact!.headers, {
      authorization: signature,
      'x-amz-security-token': 'THE+SESSION==',
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    });
    t.match(artifact!.headers.authorization, /SignedHeaders=[^,]*x-amz-security-token/);
    t.match(signal, { method: 'POST', headers: { authorization: /\/cloudformation\/aws4_request/ } });
    t.same(Object.fromEntries(new URLSearchParams(signal!.body)), {
      Action: 'SignalResource',
      Version: '2010-05-15',
      StackName: 'my-stack',
      LogicalResourceId: 'AutoScalingGroup',
      UniqueId: 'i-0abc',
      Status: 'SUCCESS',
    });

    t.same(read('modes').trim().split('\n'), [
      '755 root /opt/omega-service/app',
      '600 root /etc/supervisor/conf.d/omega-service.conf',
      '750 svc-omega-service /var/lib/omega-service',
    ]);
    t.match(read('process'), /^svc-omega-service\s.*\/opt\/omega-service\/app httpServer --port 9999/);
    const lines = read('environment').split('\n');
    t.ok(lines.includes('HOME=/var/lib/omega-service'), 'not the HOME of root');
    t.ok(lines.includes(`AWKWARD=${environment.AWKWARD}`), 'the environment arrives unchanged');
    t.match(read('second-answer'), answer, 'answers again after kill -9');
    const [first, second] = read('pids').trim().split(' ');
    t.not(second, first, 'under a new pid');
    t.notMatch(read('log'), /THE.SECRET|THE.SESSION|the-imds-token/, 'no secret in the log');
  };
}

t.test(
  'the user-data boots a stand-in',
  { skip },
  boots(STAND_IN, /^httpServer --port 9999 --host 0\.0\.0\.0/),
);

const unbuilt = existsSync(APP) ? false : 'dist/app is not built: run `npm run build`';
t.test(
  'the user-data boots dist/app',
  { skip: skip || unbuilt },
  boots({ copy: APP }, /^Hello world from Omega!$/),
);

const FAILURES: Record<string, [string, Partial<TopologyOptions>, number]> = {
  'an artifact without bootstrap': ['other', {}, 11],
  'an artifact of another content': ['bootstrap', { sha256: '0'.repeat(64) }, 1],
};

for (const [what, [member, options, code]] of Object.entries(FAILURES)) {
  t.test(`the stack is told of ${what}`, { skip }, async (t) => {
    const dir = t.testdir();
    zipOf(dir, member, STAND_IN);
    const read = boot(dir, { ...SAMPLE, ...options });
    t.equal(read('code'), `${code}\n`);
    t.match(recorded(read('record')).at(-1)!.body, /Status=FAILURE/);
  });
}
