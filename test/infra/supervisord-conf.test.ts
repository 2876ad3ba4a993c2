import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { emitTopology } from '../../infra/index.ts';
import { fullSupervisordConfig } from '../../src/adapters/supervisor/index.ts';
import { findSupervisorPython, readBack } from '../adapters/supervisor/tools.ts';
import { optionsOf } from './placed.ts';

const python = findSupervisorPython();
const skip = python === undefined ? 'no Python with the supervisor package here' : false;

const LAMBDA = 'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:stack-ResizeFunction-0123456789AB';
const QUEUE = 'arn:aws-us-gov:sqs:us-gov-west-1:123456789012:omega-Render-01234567';

t.test(
  'supervisord reads the environment of both programs back, expressions resolved',
  { skip },
  async (t) => {
    const secrets = { DB: '/shop/db', TOKEN: 'shop.token' };
    const environment = { STAGE: `100% "prod" {"Ref":"X"}` };
    const { supervisordConf } = emitTopology({
      ...optionsOf(
        { render: { invokes: ["it's", 'resize'] }, resize: { runOn: 'lambda' }, "it's": {} },
        { 'GET /': {} },
      ),
      environment,
      secrets,
    });
    const resolved = supervisordConf
      .replaceAll('{"Ref":"AWS::Region"}', 'us-gov-west-1')
      .replaceAll('{"Fn::GetAtt":["ResizeFunction","Arn"]}', LAMBDA)
      .replaceAll('{"Fn::GetAtt":["RenderQueue","Arn"]}', QUEUE)
      .replaceAll('{"Fn::GetAtt":["ItSQueue","Arn"]}', `${QUEUE}2`);
    const dir = t.testdir();
    const included = join(dir, 'conf.d');
    mkdirSync(included);
    // Neither account nor folder of logs are there.
    writeFileSync(
      join(included, 'omega.conf'),
      resolved.replaceAll(/^user=.*$/gm, '').replaceAll('/var/log/omega', dir),
    );
    const conf = fullSupervisordConfig({
      ...{
        socket: '/run/t.sock',
        pidfile: join(dir, 's.pid'),
        logfile: join(dir, 's.log'),
        childlogdir: dir,
      },
      include: [`${included}/*.conf`],
    });
    writeFileSync(join(dir, 'supervisord.conf'), conf);
    const { programs } = readBack(python!, join(dir, 'supervisord.conf'));
    const ours = programs.filter(({ name }) => /^omega-(server|worker)$/.test(name));
    t.same(ours.map(({ name }) => name).sort(), ['omega-server', 'omega-worker']);
    for (const { environment: read } of ours) {
      t.match(read, { ...environment, AWS_REGION: 'us-gov-west-1' });
      t.same(JSON.parse(read.AMPHI_TARGETS!), { "it's": `${QUEUE}2`, resize: LAMBDA });
      t.same(JSON.parse(read.AMPHI_SECRETS!), secrets);
    }
    const worker = ours.find(({ name }) => name === 'omega-worker')!;
    t.same(JSON.parse(worker.environment.AMPHI_QUEUES!), { render: QUEUE, "it's": `${QUEUE}2` });
    t.match(worker.argv.slice(0, 2), ['/opt/omega/app', 'worker']);
    t.ok(worker.stopwaitsecs > Number(worker.argv[worker.argv.indexOf('--drainTimeout') + 1]));
  },
);
