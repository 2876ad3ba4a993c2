import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { emitTopology } from '../../infra/index.ts';
import { listenerConfig, supervisorConfig } from '../../src/adapters/supervisor/index.ts';
import { Supervisord, until } from '../adapters/supervisor/supervisord.ts';
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
esac
`;

// Of the file, whose name is short: the path of a unix socket may have 107 bytes.
const dir = t.testdir({ curl: CURL, fails: '#!/bin/bash\nexit 1\n' });
for (const name of ['curl', 'fails']) chmodSync(join(dir, name), 0o755);

/** The program that first boot leaves on an instance, as the script itself writes it. */
function watchProgram(): string {
  const script = emitTopology(SAMPLE)
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
