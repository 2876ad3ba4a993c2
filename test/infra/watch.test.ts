import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { emitTopology } from '../../infra/index.ts';
import { listenerConfig, supervisorConfig } from '../../src/adapters/supervisor/index.ts';
import { Supervisord, until } from '../adapters/supervisor/supervisord.ts';
import { optionsOf } from './placed.ts';
import { SAMPLE } from './sample.ts';
import { findProgram, skipWithout } from './tools.ts';

/** Notes what it is asked for; the metadata service knows an instance and a role. */
const CURL = `#!/bin/bash
printf '%s\\n' "$*" >>"$(dirname "$0")/record"
if [[ " $* " == *' --config - '* ]]; then cat >/dev/null; fi
case "\${!#}" in
  */api/token) printf 'TOKEN' ;;
  */security-credentials/) printf 'role' ;;
  */security-credentials/role) printf '{"AccessKeyId" : "A", "SecretAccessKey" : "S", "Token" : "T"}' ;;
  */meta-data/instance-id) printf 'i-1' ;;
  */target-lifecycle-state) cat "$(dirname "$0")/state" ;;
  https://autoscaling.*)
    if [[ " $* " == *DescribeAutoScalingInstances* ]]; then
      printf '<member>\\n<AutoScalingGroupName>the-group</AutoScalingGroupName>\\n</member>'
    fi ;;
esac
`;

// Of the file, whose name is short: the path of a unix socket may have 107 bytes.
const dir = t.testdir({
  ...{ curl: CURL, state: 'InService', fails: '#!/bin/bash\nexit 1\n' },
  works: "#!/bin/bash\ntrap 'echo drained; exit 0' TERM\nwhile true; do sleep 0.1; done\n",
});
for (const name of ['curl', 'fails', 'works']) chmodSync(join(dir, name), 0o755);

/** The program that first boot leaves on an instance, as the script itself writes it. */
function watchProgram(options = SAMPLE): string {
  const script = emitTopology(options)
    .userData.replaceAll('{"Ref":"AWS::Region"}', 'eu-test-1')
    .replaceAll('{"Ref":"AWS::URLSuffix"}', 'example.com')
    .replace(/^run [\s\S]*/m, '')
    .replace(/^trap finish EXIT$/m, '');
  const file = join(dir, 'watch');
  const steps = `install() { cp "\${@: -2:1}" '${file}'; chmod 755 '${file}'; }\ninstall_watch\n`;
  writeFileSync(join(dir, 'script.sh'), `${script}\n${steps}`);
  const { status, stderr } = spawnSync('bash', [join(dir, 'script.sh')], { encoding: 'utf8' });
  t.equal(status, 0, stderr);
  // supervisord starts it with the machine's PATH.
  writeFileSync(file, readFileSync(file, 'utf8').replace('set -u', `set -u\nPATH='${dir}':$PATH`));
  return file;
}

const DRAINING = { ...optionsOf({ work: {} }), drainTimeout: 900 };

const programs = { supervisord: findProgram('supervisord'), supervisorctl: findProgram('supervisorctl') };
const skip = skipWithout('bash', 'sed', 'supervisord', 'supervisorctl');

t.test('a program that supervisord gives up has the group replace the instance', { skip }, async (t) => {
  const watch = watchProgram();
  const failing = (name: string) =>
    supervisorConfig({ name, command: join(dir, 'fails'), startretries: 0, args: [] });
  const listener = listenerConfig({
    name: 'omega-fatal',
    command: [watch, 'on_fatal'],
    events: ['PROCESS_STATE_FATAL'],
    stderr: join(dir, 'watch.log'),
  });
  const record = () => (existsSync(join(dir, 'record')) ? readFileSync(join(dir, 'record'), 'utf8') : '');
  const told = () => record().match(/Action=SetInstanceHealth/g)?.length ?? 0;
  const daemon = new Supervisord(
    dir,
    { supervisord: programs.supervisord!, supervisorctl: programs.supervisorctl! },
    [listener, failing('other'), failing('omega-service')].join('\n'),
  );
  t.teardown(() => daemon.end());
  daemon.start();
  await until('SetInstanceHealth', 30_000, async () => (told() > 0 ? true : undefined));
  await until('both FATAL', 30_000, async () =>
    /(FATAL[\s\S]*){2}/.test(await daemon.ctl('status')) ? true : undefined,
  );
  t.match(
    record(),
    /InstanceId=i-1 .*HealthStatus=Unhealthy .*https:\/\/autoscaling\.eu-test-1\.example\.com\//,
  );
  t.match(readFileSync(join(dir, 'watch.log'), 'utf8'), /given up: processname:omega-service/);
  t.match(await daemon.ctl('status', 'omega-fatal'), /RUNNING/, 'it goes on listening');
  t.equal(told(), 1, "another service's program is none of its business");
});

t.test('work ends before the group ends the instance', { skip }, async (t) => {
  const watch = watchProgram(DRAINING);
  // What it looks for comes at once, and it finds this supervisord.
  const program = readFileSync(watch, 'utf8').replace('sleep 5', 'sleep 0.1');
  writeFileSync(
    watch,
    program.replace('supervisorctl stop', `supervisorctl -c '${dir}/supervisord.conf' stop`),
  );
  const plain = { startsecs: 0, args: [] };
  const daemon = new Supervisord(
    dir,
    { supervisord: programs.supervisord!, supervisorctl: programs.supervisorctl! },
    [
      supervisorConfig({ ...plain, name: 'omega', command: join(dir, 'works') }),
      supervisorConfig({ ...plain, name: 'omega-drain', command: watch, args: ['on_termination'] }),
    ].join('\n'),
  );
  t.teardown(() => daemon.end());
  writeFileSync(join(dir, 'record'), '');
  daemon.start();
  await daemon.running('omega');
  const record = () => readFileSync(join(dir, 'record'), 'utf8');
  await until(
    'asked for the state',
    30_000,
    async () => record().includes('target-lifecycle-state') || undefined,
  );
  t.notMatch(record(), /CompleteLifecycleAction/);
  writeFileSync(join(dir, 'state'), 'Terminated');
  await until(
    'CompleteLifecycleAction',
    30_000,
    async () => record().includes('CompleteLifecycleAction') || undefined,
  );
  t.match(
    record(),
    /Action=CompleteLifecycleAction .*AutoScalingGroupName=the-group .*LifecycleHookName=drain .*InstanceId=i-1 .*LifecycleActionResult=CONTINUE/,
  );
  t.match(await daemon.ctl('status', 'omega'), /STOPPED/, 'the programs had ended by then');
  t.match(daemon.log, /stopped: omega \(exit status 0\)/);
});

t.test('the hook: only where a worker drains for longer than a machine takes to stop', async (t) => {
  const { template, supervisordConf } = emitTopology(DRAINING);
  t.match(template.Resources.DrainHook!.Properties, {
    LifecycleHookName: 'drain',
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    HeartbeatTimeout: 910 + 10 + 60,
    DefaultResult: 'CONTINUE',
  });
  t.match(supervisordConf, /^\[program:omega-drain\]\ncommand=\/opt\/omega\/watch on_termination$/m);
  for (const options of [
    { ...DRAINING, drainTimeout: 25 },
    { ...SAMPLE, drainTimeout: 900 },
  ])
    t.notOk('DrainHook' in emitTopology(options).template.Resources);
});

t.test('the section and the grant', async (t) => {
  const { supervisordConf, template } = emitTopology(SAMPLE);
  t.match(
    supervisordConf,
    /^\[eventlistener:omega-service-fatal\]\ncommand=\/opt\/omega-service\/watch on_fatal\nevents=PROCESS_STATE_FATAL\nuser=svc-omega-service\n/m,
  );
  t.match(template.Resources.InstanceHealthPolicy!.Properties, {
    PolicyDocument: {
      Statement: [
        {
          Action: ['autoscaling:SetInstanceHealth'],
          Resource: [{ 'Fn::GetAtt': ['AutoScalingGroup', 'AutoScalingGroupARN'] }],
        },
      ],
    },
    Roles: [{ Ref: 'InstanceRole' }],
  });
  t.throws(() => listenerConfig({ name: 'a b', command: ['/x'], events: [] }), /name: "a b" may only hold/);
});
