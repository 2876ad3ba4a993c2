import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { measured } from '../../infra/instance/user-data/index.ts';
import { READINESS_PATH } from '../../src/core/health.ts';
import { APP, noApp, type RunResult, runCommand, runMain, SAMPLE_MAIN } from '../support/run-app.ts';
import { FULL, SAMPLE } from './sample.ts';
import { check, skipWithout } from './tools.ts';
import { BALANCED, SECURE, SHIFTED } from './variants.ts';

/** The script as an instance gets it. */
function resolved(options = SAMPLE): string {
  return emitTopology(options)
    .userData.replaceAll('{"Ref":"AWS::Region"}', 'eu-test-1')
    .replace('{"Ref":"AWS::URLSuffix"}', 'example.com')
    .replace('{"Ref":"AWS::StackName"}', 'my-stack')
    .replace('{"Ref":"RootDevice"}', '/dev/sda1')
    .replaceAll('{"Ref":"ServerLogs"}', 'my-stack-ServerLogs-1');
}

for (const [what, options] of Object.entries({
  least: SAMPLE,
  full: FULL,
  secure: SECURE,
  shifted: SHIFTED,
})) {
  t.test(`bash can read it: ${what}`, { skip: skipWithout('bash') }, async (t) => {
    t.same(check('bash', ['-n'], resolved(options)), { status: 0, output: '' });
  });

  t.test(`shellcheck finds nothing: ${what}`, { skip: skipWithout('shellcheck') }, async (t) => {
    t.same(check('shellcheck', ['--shell=bash', '-'], resolved(options)), { status: 0, output: '' });
  });
}

const INSTANCE = resolve(import.meta.dirname, '../../infra/instance');
const SCRIPTS = readdirSync(INSTANCE).filter((name) => name.endsWith('.sh'));

t.test(
  'the files of the script are bash of their own, markup and all',
  { skip: skipWithout('shellcheck') },
  async (t) => {
    t.same(SCRIPTS.sort(), [
      'boot.sh',
      'cloudwatch.sh',
      'drain.sh',
      'settle.sh',
      'stop.sh',
      'tls.sh',
      'watch.sh',
    ]);
    for (const name of SCRIPTS) {
      t.same(check('shellcheck', [join(INSTANCE, name)]), { status: 0, output: '' }, name);
    }
  },
);

t.test('only what a topology needs is in its script', async (t) => {
  const defined = (options: TopologyOptions) =>
    [
      ...emitTopology(options).userData.matchAll(/^(install_tls|forward_logs|settle|extend_stop)\(\) \{/gm),
    ].map(([, name]) => name);
  const called = (options: TopologyOptions) =>
    [...emitTopology(options).userData.matchAll(/^run (install_tls|forward_logs|settle|extend_stop)$/gm)].map(
      ([, name]) => name,
    );
  for (const [options, names] of [
    [SAMPLE, []],
    [SECURE, ['install_tls', 'forward_logs']],
    [SHIFTED, ['install_tls', 'settle']],
    [BALANCED, ['settle']],
    [{ ...SAMPLE, drainTimeout: 120 }, ['extend_stop']],
  ] as const) {
    t.same(defined(options), names);
    t.same(called(options), names);
  }
});

t.test('the executable, where the files are not, emits the same script', { skip: noApp }, async (t) => {
  const flags = Object.entries(SECURE).flatMap(([flag, value]) => {
    if (typeof value === 'object') return [];
    return value === true ? [`--${flag}`] : [`--${flag}`, String(value)];
  });
  const emitted = async (
    run: (args: string[], options: { cwd: string }) => Promise<RunResult>,
    out: string,
  ) => {
    const cwd = t.testdirName;
    const { code, stderr } = await run(['provision', '--noop', ...flags, '--out', out], { cwd });
    t.equal(code, 0, stderr);
    // The title names the version, which only a build has.
    return readFileSync(join(cwd, out, 'user-data.sh'), 'utf8').replace(/^# omega .*$/m, '');
  };
  t.testdir();
  const built = await emitted((args, options) => runCommand(APP, args, options), 'built');
  t.match(built, /^run forward_logs$/m);
  t.equal(built, await emitted((args, options) => runMain(SAMPLE_MAIN, args, options), 'source'));
});

t.test('the template carries the same script, expressions in place of their JSON', async (t) => {
  const { template, userData } = emitTopology(FULL);
  const launch = template.Resources.LaunchTemplate!.Properties as {
    LaunchTemplateData: { UserData: { 'Fn::Base64': { 'Fn::Join': [string, (string | object)[]] } } };
  };
  const [delimiter, parts] = launch.LaunchTemplateData.UserData['Fn::Base64']['Fn::Join'];
  t.equal(delimiter, '');
  const expressions = parts.filter((part) => typeof part !== 'string');
  const names = ['AWS::Region', 'AWS::URLSuffix', 'AWS::StackName', 'RootDevice', 'AWS::Region'];
  t.same(
    expressions,
    names.map((Ref) => ({ Ref })),
  );
  t.equal(parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(''), userData);
});

t.test('environment values are data: braces, quotes and JSON in them arrive as given', async (t) => {
  const { userData, supervisordConf } = emitTopology(FULL);
  t.ok(
    userData.includes(`\n${supervisordConf}SUPERVISORD_CONF\n`),
    'the whole section stands in the here-document',
  );
  t.match(supervisordConf, `URL='https://x/?a=1&b={"Ref":"X"}'`);
  t.match(supervisordConf, '[program:omega-service]\ncommand=/opt/omega-service/app httpServer --port 8080 ');
  t.match(supervisordConf, /^user=svc-omega-service$/m);
});

t.test('start-up waits for the path on which the server tells that it is ready', async (t) => {
  t.match(emitTopology(SAMPLE).userData, `READY_URLS='http://127.0.0.1:9999${READINESS_PATH}'`);
  t.match(emitTopology(FULL).userData, "READY_URLS='http://127.0.0.1:8080/health/ready'");
});

t.test('the size limit counts bytes, and the error gives them', async (t) => {
  t.equal(measured(['x'.repeat(16_384)]).bytes, 16_384);
  t.throws(
    () => measured(['x'.repeat(16_385)]),
    /user-data has 16385 bytes; EC2 allows 16384 \(before base64\)/,
  );
  t.throws(() => measured(['é'.repeat(8193)]), /has 16386 bytes/);
  t.equal(measured(['a', { Ref: 'AWS::StackName' }]).bytes, 129, 'a stack name may have 128 characters');
  const awkward = { ...SAMPLE, environment: { AWKWARD: ' ;'.repeat(1500) } };
  t.throws(() => emitTopology(awkward), /user-data has \d{5} bytes; EC2 allows 16384/);
  t.ok(emitTopology(FULL).userDataBytes < 8192, 'an ordinary service leaves half of it free');
});

// The steps at the end of the script change the machine; here they are replaced, and curl is a recorder.
const STEPS =
  /\nrun install_packages\nrun check_image\nrun make_account\nrun install_artifact\nrun install_watch\nrun configure_supervisord\nrun wait_until_ready\n$/;

const CURL = `#!/bin/bash
printf '%s\\n' "ARGV $*" >>"$RECORD"
config=''
if [[ $1 == --version ]]; then echo "curl \${CURL_VERSION:-8.5.0} (x86_64-pc-linux-gnu)"; exit 0; fi
if [[ " $* " == *' --config - '* ]]; then config=$(cat); printf '%s\\n' "$config" | sed 's/^/CONFIG /' >>"$RECORD"; fi
case "\${!#}" in
  */api/token) printf 'IMDS-TOKEN' ;;
  */security-credentials/) printf 'the-role' ;;
  */security-credentials/the-role)
    printf '{\\n  "Code" : "Success",\\n  "AccessKeyId" : "AKID",\\n  "SecretAccessKey" : "SEC/RET+=",\\n  "Token" : "SESSION=="\\n}' ;;
  */block-device-mapping/root) [[ -z $ROOT ]] && exit 22; printf '%s' "$ROOT" ;;
  */meta-data/instance-id) printf 'i-0123' ;;
  https://cloudformation.*) exit "\${SIGNAL_EXIT:-0}" ;;
esac
`;

function runSteps(
  t: { testdir(files: Record<string, string>): string },
  steps: string,
  env = {},
  programs: Record<string, string> = {},
) {
  const all = { curl: CURL, ...programs };
  const dir = t.testdir(all);
  for (const name of Object.keys(all)) chmodSync(join(dir, name), 0o755);
  const script = resolved().replace(STEPS, `\n${steps}\n`);
  writeFileSync(join(dir, 'script.sh'), script);
  const record = join(dir, 'record');
  const result = spawnSync('bash', [join(dir, 'script.sh')], {
    encoding: 'utf8',
    env: { PATH: `${dir}:${process.env.PATH}`, RECORD: record, TMPDIR: dir, ...env },
    timeout: 30_000,
  });
  const lines = existsSync(record) ? readFileSync(record, 'utf8').split('\n') : [];
  const signals = lines.filter((line) => line.includes('Action=SignalResource'));
  return { ...result, lines, signals, argv: lines.filter((line) => line.startsWith('ARGV ')).join('\n') };
}

const skip = skipWithout('bash', 'sed');

t.test('success is signalled, signed with the credentials of the role', { skip }, async (t) => {
  t.match(resolved(), STEPS);
  const { status, signals, lines, argv, stdout, stderr } = runSteps(t, 'true');
  t.equal(status, 0);
  t.equal(signals.length, 1);
  for (const part of [
    '--aws-sigv4 aws:amz:eu-test-1:cloudformation',
    'StackName=my-stack',
    'LogicalResourceId=AutoScalingGroup',
    'UniqueId=i-0123',
    'Status=SUCCESS',
    'https://cloudformation.eu-test-1.example.com/',
  ]) {
    t.ok(signals[0]!.includes(part), part);
  }
  t.ok(lines.includes('CONFIG user = "AKID:SEC/RET+="'));
  t.ok(lines.includes('CONFIG header = "x-amz-security-token: SESSION=="'));
  t.notMatch(argv, /SEC\/RET|SESSION|IMDS-TOKEN/, 'no secret on a command line');
  t.notMatch(stdout + stderr, /SEC\/RET|SESSION|IMDS-TOKEN/, 'none in the log');
});

const FAILURES: Record<string, [string, number]> = {
  'a failing command': ['false', 1],
  'a failure inside a function': ['step() { local x; x=$(exit 7); echo "$x"; }; step', 7],
  'a failure within a pipe': ['exit 3 | cat', 3],
  'an unset variable': ['echo "$NO_SUCH_VARIABLE"', 1],
  'an exit': ['exit 9', 9],
};

for (const [what, [steps, code]] of Object.entries(FAILURES)) {
  t.test(`failure is signalled: ${what}`, { skip }, async (t) => {
    const { status, signals } = runSteps(t, steps);
    t.equal(status, code, 'the script keeps its status');
    t.equal(signals.length, 1);
    t.match(signals[0], /UniqueId=i-0123:the-script .*Status=FAILURE/);
  });
}

t.test(
  'a signal of a failure carries what failed, within the 64 characters of its id',
  { skip },
  async (t) => {
    const signalOf = (steps: string) => runSteps(t, steps).signals[0];
    t.match(signalOf('run install_artifact'), /UniqueId=i-0123:install_artifact --/);
    t.match(signalOf(`step() { REASON='a "b" (c)'; false; }; run step`), /UniqueId=i-0123:a--b---c- --/);
    const id = /UniqueId=(\S+)/.exec(signalOf(`step() { REASON=${'x'.repeat(99)}; false; }; run step`)!)![1]!;
    t.equal(id, `i-0123:${'x'.repeat(57)}`);
    t.match(
      signalOf('step() { true; }; run step'),
      /UniqueId=i-0123 --.*Status=SUCCESS/,
      'success needs none',
    );
  },
);

t.test(
  'an image that first boot cannot work on, or whose root volume stays open, fails it',
  { skip },
  async (t) => {
    const outcome = (env: Record<string, string>) => {
      const { status, stderr, signals } = runSteps(t, 'run check_image', env);
      return [status, /UniqueId=(\S+)/.exec(signals[0]!)![1], stderr];
    };
    for (const CURL_VERSION of ['7.87.0', '7.88.1', '8.14.1', '10.0.0'])
      t.match(outcome({ CURL_VERSION }), [0, 'i-0123'], CURL_VERSION);
    for (const CURL_VERSION of ['7.81.0', '7.9.8'])
      t.match(outcome({ CURL_VERSION }), [1, `i-0123:curl-${CURL_VERSION}`, /cannot sign for S3; 7\.87 can/]);
    for (const ROOT of ['/dev/sda1', 'sda1']) t.match(outcome({ ROOT }), [0, 'i-0123'], ROOT);
    t.match(outcome({ ROOT: '/dev/xvda' }), [
      1,
      'i-0123:root-device-xvda',
      /give --parameter RootDevice=\/dev\/xvda, or its volume is not encrypted/,
    ]);
  },
);

/** Fails as when another process holds the lock of the lists, as often as BUSY says; notes what it is asked for. */
const APT_GET = `#!/bin/bash
printf '%s\\n' "\${!#}" >>"$RECORD.apt"
if [[ " $* " == *' update '* ]] && (($(grep -c update "$RECORD.apt") <= BUSY)); then
  echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1 (apt-get)' >&2
  exit 100
fi
`;

t.test("packages: the lists' lock in another process's hands is waited for", { skip }, async (t) => {
  const programs = { 'apt-get': APT_GET, sleep: '#!/bin/bash\n' };
  const asked = (BUSY: number, steps = 'add_packages unzip') => {
    const { status } = runSteps(t, steps, { BUSY: String(BUSY) }, programs);
    return [status, readFileSync(join(t.testdirName, 'record.apt'), 'utf8').trim().split('\n').join(' ')];
  };
  t.same(asked(0), [0, 'update unzip']);
  t.same(asked(2), [0, 'update update update unzip']);
  const steps = 'step() { SECONDS=0; sleep() { SECONDS=481; }; add_packages unzip; }; run step';
  t.equal(asked(1e6, steps)[0], 1, 'but not for ever');
  const { signals } = runSteps(t, steps, { BUSY: '1000000' }, programs);
  t.match(signals[0], /UniqueId=i-0123:step-lock-of-apt-get --/, 'and the signal names who held it');
});

t.test('a signal that nobody waits for does not fail the start-up', { skip }, async (t) => {
  const { status, stderr, argv } = runSteps(t, 'true', { SIGNAL_EXIT: '22' });
  t.equal(status, 0);
  t.match(stderr, /did not take the signal SUCCESS/);
  t.notMatch(argv, /SetInstanceHealth/);
});

t.test('a failure that nobody waits for: the group is told to replace the instance', { skip }, async (t) => {
  const { status, lines } = runSteps(t, 'false', { SIGNAL_EXIT: '22' });
  t.equal(status, 1);
  const [told, ...more] = lines.filter((line) => line.includes('Action=SetInstanceHealth'));
  t.same(more, []);
  for (const part of [
    '--aws-sigv4 aws:amz:eu-test-1:autoscaling',
    'InstanceId=i-0123',
    'HealthStatus=Unhealthy',
    'https://autoscaling.eu-test-1.example.com/',
  ])
    t.ok(told?.includes(part), part);
  t.notMatch(
    runSteps(t, 'false').argv,
    /SetInstanceHealth/,
    'in an operation of the stack the signal decides',
  );
});

t.test('the artifact is asked for once, unsigned payload, under its exact key', { skip }, async (t) => {
  const { argv, signals } = runSteps(t, 'install_artifact');
  t.match(argv, 'https://s3.eu-test-1.example.com/my-artifacts/omega/app-0123.zip');
  t.match(argv, '--aws-sigv4 aws:amz:eu-test-1:s3');
  t.match(argv, 'x-amz-content-sha256: UNSIGNED-PAYLOAD');
  t.match(signals[0], /Status=FAILURE/, 'the recorder gave no zip, so the step fails');
});
