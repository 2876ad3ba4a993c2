import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import t from 'tap';
import { emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { APP } from '../support/run-app.ts';
import { SAMPLE } from './sample.ts';
import { skipWithout } from './tools.ts';
import { SECURE } from './variants.ts';

const HERE = resolve(import.meta.dirname, 'boot');
const APP_ZIP = `${APP}.zip`;
const REGION = 'eu-test-1';
const SUFFIX = 'aws.test';
const QUEUE = `arn:aws:sqs:${REGION}:123456789012:omega-service-Hello-01234567`;

/** Answers every path with its own arguments; supervisor needs this Python anyway. */
const STAND_IN = `#!/usr/bin/python3
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(' '.join(sys.argv[1:]).encode())
port = sys.argv[sys.argv.index('--port') + 1] if '--port' in sys.argv else '9998'
HTTPServer(('0.0.0.0', int(port)), Handler).serve_forever()
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

/** Where the stand-in of S3 has the artifact. */
function artifactPath(dir: string): string {
  mkdirSync(join(dir, 'files'), { recursive: true });
  return join(dir, 'files', basename(SAMPLE.s3Key));
}

/** Makes an artifact of one script; gives its path. */
function zipOf(dir: string, member: string, script: string): string {
  const zip = artifactPath(dir);
  writeFileSync(join(dir, member), script, { mode: 0o755 });
  execFileSync('/usr/bin/python3', ['-m', 'zipfile', '-c', zip, member], { cwd: dir });
  return zip;
}

function certificate(dir: string, hosts: string[]): void {
  const names = hosts.map((host) => `DNS:${host}`).join(',');
  const args =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=fake-aws';
  const files = ['-keyout', 'key.pem', '-out', 'cert.pem', '-addext', `subjectAltName=${names}`];
  execFileSync('openssl', [...args.split(' '), ...files], { cwd: dir, stdio: 'ignore' });
}

/** Boots in the folder, whose files/ are there; gives a reader of what boot.sh has left. */
function boot(
  dir: string,
  options: TopologyOptions,
  edit: (script: string) => string = (script) => script,
): (file: string) => string {
  const hosts = [
    ...['s3', 'cloudformation', 'secretsmanager'].map((service) => `${service}.${REGION}.${SUFFIX}`),
    `amazoncloudwatch-agent.s3.${SUFFIX}`,
  ];
  certificate(dir, hosts);
  mkdirSync(join(dir, 'mnt'));
  writeFileSync(join(dir, 'hosts'), `127.0.0.1 ${hosts.join(' ')}\n`);
  const script = emitTopology(options)
    .userData.replaceAll('{"Ref":"AWS::Region"}', REGION)
    .replace('{"Ref":"AWS::URLSuffix"}', SUFFIX)
    .replace('{"Ref":"AWS::StackName"}', 'my-stack')
    .replace('{"Ref":"RootDevice"}', '/dev/sda1')
    .replaceAll('{"Ref":"ServerLogs"}', 'my-log-group')
    .replaceAll('{"Fn::GetAtt":["HelloQueue","Arn"]}', QUEUE);
  writeFileSync(join(dir, 'user-data.sh'), edit(script));
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const driver = [
    'bash',
    join(HERE, 'boot.sh'),
    dir,
    process.execPath,
    join(HERE, 'fake-aws.ts'),
    'omega-service',
    '9999',
    options.tlsSecretArn === undefined ? 'http' : 'https',
    ...(options.service.handlers === undefined ? [] : ['omega-service:omega-service-server']),
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

t.test('the user-data boots a stand-in', { skip }, async (t) => {
  const dir = t.testdir();
  const answer = /^httpServer --port 9999 --host 0\.0\.0\.0/;
  const zip = zipOf(dir, 'bootstrap', STAND_IN);
  const sha256 = createHash('sha256').update(readFileSync(zip)).digest('hex');
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
});

t.test('server and worker boot as one group, and each knows what it has to', { skip }, async (t) => {
  const dir = t.testdir();
  zipOf(dir, 'bootstrap', STAND_IN);
  const service = {
    ...SAMPLE.service,
    handlers: { hello: { runOn: 'instances' as const, invokes: ['hello'] } },
  };
  const read = boot(dir, { ...SAMPLE, service, drainTimeout: 120 });
  t.equal(read('code'), '0\n', read('log'));
  t.match(read('first-answer'), /^httpServer --port 9999 .*--drainTimeout 120/);
  const states = read('status').trim().split('\n').sort();
  t.match(states, [
    /^omega-service-drain +(STARTING|RUNNING)/,
    /^omega-service-fatal +(STARTING|RUNNING)/,
    /^omega-service:omega-service-server +(STARTING|RUNNING)/,
    /^omega-service:omega-service-worker +(STARTING|RUNNING)/,
  ]);
  const lines = read('environment').split('\n');
  t.ok(lines.includes(`AMPHI_TARGETS={"hello":"${QUEUE}"}`));
  t.ok(lines.includes(`AWS_REGION=${REGION}`));
  t.notOk(
    lines.some((line) => line.startsWith('AMPHI_QUEUES=')),
    'that is for the worker',
  );
});

const unbuilt = existsSync(APP_ZIP) ? false : 'dist/app.zip is not built: run `npm run build`';

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

const AGENT_CTL = `#!/bin/bash
set -e
echo "$*" >/agent-report
for _ in {1..300}; do # the server starts meanwhile
  if grep --quiet listening /var/log/omega-service/stdout.log; then break; fi
  if [[ -s /var/log/omega-service/stderr.log ]]; then cat /var/log/omega-service/stderr.log >>/agent-report; break; fi
  sleep 0.1
done
runuser -u cwagent -- sh -c 'cd /var/log/omega-service && ls && cat stdout.log' >>/agent-report
`;

const SIGNING_KEY = '937616F3450B7D806CBD9725D58167303B789C72';

/** A package that reports how it is started, signed by a key of its own; gives that key's fingerprint. */
function standInAgent(dir: string): string {
  const bin = 'deb/opt/aws/amazon-cloudwatch-agent/bin';
  for (const folder of [bin, 'deb/DEBIAN']) mkdirSync(join(dir, folder), { recursive: true, mode: 0o755 });
  // gpg's agent listens on a socket in there, whose path may have 107 bytes.
  const home = mkdtempSync(join(tmpdir(), 'gpg-'));
  const control = [
    'Package: amazon-cloudwatch-agent',
    'Version: 1',
    'Architecture: all',
    'Maintainer: x <x@x>',
  ];
  writeFileSync(join(dir, 'deb/DEBIAN/control'), `${[...control, 'Description: stand-in'].join('\n')}\n`);
  writeFileSync(join(dir, 'deb/DEBIAN/preinst'), '#!/bin/sh\nuseradd --system --user-group cwagent\n', {
    mode: 0o755,
  });
  writeFileSync(join(dir, bin, 'amazon-cloudwatch-agent-ctl'), AGENT_CTL, { mode: 0o755 });
  const deb = join(dir, 'files/amazon-cloudwatch-agent.deb');
  const tool = (name: string, ...args: string[]) => execFileSync(name, args, { stdio: 'pipe' }).toString();
  const gpg = (...args: string[]) => tool('gpg', '--homedir', home, '--batch', ...args);
  tool('dpkg-deb', '--root-owner-group', '--build', join(dir, 'deb'), deb);
  gpg('--passphrase', '', '--quick-gen-key', 'stand-in', 'ed25519', 'sign', 'never');
  gpg('--output', join(dir, 'files/amazon-cloudwatch-agent.gpg'), '--export');
  gpg('--output', `${deb}.sig`, '--detach-sign', deb);
  const keys = gpg('--with-colons', '--list-keys');
  tool('gpgconf', '--homedir', home, '--kill', 'gpg-agent');
  // The agent may still be writing there while it ends.
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  return /^fpr:+([0-9A-F]{40}):/m.exec(keys)![1]!;
}

/** What Secrets Manager answers for a pair of the instance's own. */
function secretFile(dir: string): void {
  mkdirSync(join(dir, 'own'));
  certificate(join(dir, 'own'), ['omega.test']);
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => readFileSync(join(dir, 'own', name), 'utf8'));
  const secret = JSON.stringify({ certificate: cert, privateKey: key });
  writeFileSync(join(dir, 'files/secretsmanager.GetSecretValue'), JSON.stringify({ SecretString: secret }));
}

const AGENT_TOOLS = skipWithout('gpg', 'gpgconf', 'dpkg-deb', 'dpkg', 'runuser');

t.test(
  'dist/app serves HTTPS with the pair of the secret, and its logs are forwarded',
  {
    skip: skip || unbuilt || AGENT_TOOLS,
  },
  async (t) => {
    const dir = t.testdir();
    copyFileSync(APP_ZIP, artifactPath(dir));
    secretFile(dir);
    const fingerprint = standInAgent(dir);
    const read = boot(dir, SECURE, (script) => script.replace(SIGNING_KEY, fingerprint));
    t.equal(read('code'), '0\n', read('log'));
    t.equal(read('first-answer'), 'Hello world from Omega!');
    t.equal(read('second-answer'), 'Hello world from Omega!');
    t.same(read('etc-modes').trim().split('\n'), [
      '600 svc-omega-service svc-omega-service /etc/omega-service/tls/certificate.pem',
      '600 svc-omega-service svc-omega-service /etc/omega-service/tls/privateKey.pem',
      '644 root root /etc/omega-service/cloudwatch-agent.json',
      '750 root svc-omega-service /etc/omega-service/tls',
      '755 root root /etc/omega-service',
    ]);
    const asked = recorded(read('record')).find(({ headers }) => headers['x-amz-target']);
    t.same(JSON.parse(asked!.body), { SecretId: SECURE.tlsSecretArn, VersionId: SECURE.tlsSecretVersion });
    t.match(asked!.headers.authorization, /\/secretsmanager\/aws4_request.*x-amz-target/);
    const [started, ...more] = read('agent-report').trim().split('\n');
    t.equal(started, '-a fetch-config -m ec2 -s -c file:/etc/omega-service/cloudwatch-agent.json');
    t.match(more.join('\n'), /"msg":"listening"|listening/, "the agent's account can read the log");
    t.notMatch(read('log'), /PRIVATE KEY/, 'no key in the log');
  },
);

t.test('an agent that Amazon has not signed is not installed', { skip: skip || AGENT_TOOLS }, async (t) => {
  const dir = t.testdir();
  zipOf(dir, 'bootstrap', STAND_IN);
  standInAgent(dir);
  const read = boot(dir, { ...SAMPLE, logs: true });
  t.equal(read('code'), '1\n');
  t.match(read('log'), /the signature of the CloudWatch agent is not the one of Amazon/);
  t.match(recorded(read('record')).at(-1)!.body, /Status=FAILURE/);
});

t.test(
  'a server that never gets ready: its log is forwarded, and the signal says where it ended',
  { skip: skip || AGENT_TOOLS },
  async (t) => {
    const dir = t.testdir();
    zipOf(dir, 'bootstrap', "#!/bin/sh\necho 'no database' >&2\nexit 1\n");
    const fingerprint = standInAgent(dir);
    const read = boot(dir, { ...SAMPLE, logs: true }, (script) =>
      script.replace(SIGNING_KEY, fingerprint).replace('READY_TRIES=180', 'READY_TRIES=2'),
    );
    t.equal(read('code'), '1\n', read('log'));
    t.match(read('agent-report'), /^-a fetch-config .*\nno database$/m);
    const signal = Object.fromEntries(new URLSearchParams(recorded(read('record')).at(-1)!.body));
    t.match(signal, {
      Status: 'FAILURE',
      UniqueId: /^i-0abc:wait_until_ready-(BACKOFF|STARTING)$/,
    });
  },
);

t.test('a secret of another shape fails the start, and is not shown', { skip }, async (t) => {
  const dir = t.testdir();
  zipOf(dir, 'bootstrap', STAND_IN);
  const answer = JSON.stringify({ SecretString: 'hunter2' });
  writeFileSync(join(dir, 'files/secretsmanager.GetSecretValue'), answer);
  const read = boot(dir, { ...SAMPLE, tlsSecretArn: SECURE.tlsSecretArn! });
  t.equal(read('code'), '1\n');
  t.match(read('log'), /the secret is no JSON object with the text certificate/);
  t.notMatch(read('log'), /hunter2/);
  t.match(recorded(read('record')).at(-1)!.body, /Status=FAILURE/);
});
