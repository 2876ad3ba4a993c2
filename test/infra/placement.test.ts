import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { arn, namesOf, optionsOf, propertiesOf } from './placed.ts';
import { check, skipWithout, walk } from './tools.ts';
import { BALANCED, PLACED } from './variants.ts';

const LAMBDA_ONLY = optionsOf({ work: { runOn: 'lambda' } }, { 'GET /': { runOn: 'lambda' } });
const MACHINES_ONLY = optionsOf({ work: {} }, { 'GET /': { runOn: 'instances' } });

t.test('cfn-lint finds nothing in any placement', { skip: skipWithout('cfn-lint') }, async (t) => {
  const dir = t.testdir();
  const files = Object.entries(PLACED).map(([name, options]) => {
    const file = join(dir, `${name}.json`);
    writeFileSync(file, emitTopology(options).templateText);
    return file;
  });
  t.same(check('cfn-lint', ['-r', 'us-east-1', '--', ...files]), { status: 0, output: '' });
});

t.test('nothing on instances: no instances, nor what is for them', async (t) => {
  const { template, userData, userDataBytes, supervisordConf } = emitTopology(LAMBDA_ONLY);
  t.same(template.Parameters, {});
  t.notMatch(JSON.stringify(template), /EC2|AutoScaling|SecurityGroup/);
  t.same([userData, userDataBytes, supervisordConf], ['', 0, '']);
  const flags = {
    port: 8080,
    key: 'ops',
    logs: true,
    tlsSecretArn: arn('secretsmanager', 'secret:a-AbCdEf'),
  };
  t.throws(() => emitTopology({ ...LAMBDA_ONLY, ...flags, appCidr: '10.0.0.0/8' }), {
    name: 'ProvisionError',
    problems: [
      '--logs is for instances, and nothing runs there',
      '--port is for the HTTP server on instances, and no route runs there',
      '--appCidr opens the HTTP server on instances or a load balancer, and there is none of them',
      '--key is for instances, and nothing runs there',
      '--tlsSecretArn is for the HTTP server on instances, and no route runs there',
    ],
  });
});

t.test('a load balancer before Lambda alone', async (t) => {
  const options: TopologyOptions = { ...LAMBDA_ONLY, alb: 'internal', appCidr: '10.0.0.0/8' };
  const { template } = emitTopology(options);
  t.same(namesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup'), ['LambdaTargets']);
  t.same(Object.keys(template.Parameters).sort(), ['AlbSubnetIds', 'AppCidr', 'VpcId']);
  t.same(propertiesOf(template, 'TrafficRule').Actions, [
    { Type: 'forward', TargetGroupArn: { Ref: 'LambdaTargets' } },
  ]);
  t.match(propertiesOf(template, 'AlbSecurityGroup').SecurityGroupEgress, [{ CidrIp: '127.0.0.1/32' }]);
  t.throws(() => emitTopology({ ...options, ec2Weight: 50, failover: 'rule' }), {
    name: 'ProvisionError',
    problems: ['--ec2Weight', '--failover'].map(
      (flag) => `${flag} is for routes that run on both sides, and there is none`,
    ),
  });
});

t.test('everything on instances: no function, nor what is for them', async (t) => {
  const { template } = emitTopology({ ...MACHINES_ONLY, alb: 'internal', trustProxy: ['10.0.0.0/16'] });
  t.notMatch(JSON.stringify(template.Resources), /Lambda/);
  t.same(propertiesOf(template, 'TrafficRule').Actions, [
    { Type: 'forward', TargetGroupArn: { Ref: 'InstanceTargets' } },
  ]);
  t.throws(() => emitTopology({ ...MACHINES_ONLY, memorySize: 512, functionUrl: 'iam' }), {
    name: 'ProvisionError',
    problems: [
      '--memorySize is for Lambda functions, and nothing runs there',
      '--functionUrl serves routes, and none runs in Lambda',
      /^route GET \/ runs on instances, where --functionUrl does not lead/,
    ],
  });
});

t.test('a route on instances that no entry leads to is refused, unless they can be reached', async (t) => {
  const options = optionsOf({}, { 'GET /a': { runOn: 'lambda' }, 'GET /b': { runOn: 'instances' } });
  t.throws(() => emitTopology({ ...options, httpApi: 'iam', functionUrl: 'iam' }), {
    name: 'ProvisionError',
    problems: [
      /^route GET \/b runs on instances, where --functionUrl and --httpApi does not lead: give --alb, or --appCidr/,
    ],
  });
  t.doesNotThrow(() => emitTopology({ ...options, httpApi: 'iam', appCidr: '10.0.0.0/8' }));
  t.doesNotThrow(() => emitTopology(options), 'without any entry nothing was asked for');
});

t.test('workers alone: no server, no port, not even with a load balancer elsewhere', async (t) => {
  const { template, supervisordConf, userData } = emitTopology(optionsOf({ work: {} }));
  t.match(supervisordConf, /^\[program:omega\]\ncommand=\/opt\/omega\/app worker /);
  t.notMatch(supervisordConf, /httpServer|\[group/);
  t.same(namesOf(template, 'AWS::EC2::SecurityGroupIngress'), []);
  t.notOk('AppCidr' in template.Parameters);
  t.match(userData, 'http://127.0.0.1:9998/_amphi/health/ready');
  t.notMatch(userData, ':9999');
  const lambdaRoutes = optionsOf({ work: {} }, { 'GET /': { runOn: 'lambda' } });
  const balanced = emitTopology({
    ...BALANCED,
    service: lambdaRoutes.service,
    trustProxy: undefined,
  }).template;
  t.same(namesOf(balanced, 'AWS::ElasticLoadBalancingV2::TargetGroup'), ['LambdaTargets']);
  t.notOk('TargetGroupARNs' in propertiesOf(balanced, 'AutoScalingGroup'));
});

t.test('server and worker: one group, two programs, both waited for', async (t) => {
  const { supervisordConf, userData } = emitTopology(optionsOf({ work: {} }, { 'GET /': {} }));
  t.match(supervisordConf, /^\[group:omega\]\nprograms=omega-server,omega-worker\n/);
  t.match(supervisordConf, /^\[program:omega-server\]\ncommand=\/opt\/omega\/app httpServer /m);
  t.match(supervisordConf, /^\[program:omega-worker\]\ncommand=\/opt\/omega\/app worker /m);
  t.match(supervisordConf, 'stdout_logfile=/var/log/omega/worker-stdout.log');
  t.equal(supervisordConf.match(/AMPHI_TARGETS=/g)?.length, 2);
  t.equal(supervisordConf.match(/AMPHI_QUEUES=/g)?.length, 1, 'the server polls nothing');
  t.match(userData, 'http://127.0.0.1:9999/_amphi/health/ready http://127.0.0.1:9998/_amphi/health/ready');
  t.throws(() => emitTopology({ ...optionsOf({ work: {} }, { 'GET /': {} }), port: 9998 }), {
    message: '--port 9998 is where the worker tells that it is ready',
  });
});

/** Network interfaces of functions in a VPC, and the name of the own group. */
const WIDE = ['ec2:CreateNetworkInterface', 'autoscaling:DescribeAutoScalingInstances'];

t.test('no wildcard in what any placement grants, but where AWS knows no resource', async (t) => {
  const wild = /[*?]/;
  let seen = 0;
  for (const [name, options] of Object.entries(PLACED))
    for (const [path, value] of walk(emitTopology(options).template)) {
      const { Effect, Action } = (value ?? {}) as { Effect?: string; Action?: string | string[] };
      if (Effect === undefined || [Action].flat().some((action) => WIDE.includes(action!))) continue;
      seen++;
      const { Resource, Principal } = value as { Resource?: unknown; Principal?: unknown };
      t.notMatch(JSON.stringify([Action, Resource, Principal]), wild, `${name} ${path.join('.')}`);
    }
  t.ok(seen > 50);
});

t.test('placed routes have rules before the last, which keeps the weights', async (t) => {
  const { template } = emitTopology(PLACED['routes-apart']!);
  const rules = namesOf(template, 'AWS::ElasticLoadBalancingV2::ListenerRule').map((name) => {
    const { Priority, Conditions, Actions } = propertiesOf(template, name) as {
      Priority: number;
      Conditions: {
        PathPatternConfig?: { Values: string[] };
        HttpRequestMethodConfig?: { Values: string[] };
      }[];
      Actions: [{ TargetGroupArn?: { Ref: string } }];
    };
    const values = Conditions.flatMap(({ PathPatternConfig, HttpRequestMethodConfig }) =>
      (PathPatternConfig ?? HttpRequestMethodConfig)!.Values.join(' '),
    );
    return [name, Priority, Actions[0].TargetGroupArn?.Ref ?? 'by weights', ...values];
  });
  t.same(rules, [
    ['TrafficRule', 50_000, 'by weights', '/*'],
    ['RouteRule1', 1, 'InstanceTargets', '/files/* /reports/* /users/*/orders'],
    ['RouteRule2', 2, 'LambdaTargets', '/users/*', 'GET HEAD OPTIONS'],
    ['RouteRule3', 3, 'InstanceTargets', '/users/*', 'POST'],
  ]);
  t.equal(
    template.Resources.RouteRule1!.DependsOn,
    'TrafficRule',
    'one that had its priority makes room first',
  );
  const apart = emitTopology(PLACED['routes-on-two-sides']!).template;
  t.same(
    ['RouteRule1', 'TrafficRule'].map((name) => propertiesOf(apart, name).Actions),
    ['LambdaTargets', 'InstanceTargets'].map((Ref) => [{ Type: 'forward', TargetGroupArn: { Ref } }]),
  );
  t.notOk('Ec2Weight' in apart.Parameters, 'nothing to share');
});
