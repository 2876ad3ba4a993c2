import t from 'tap';
import { emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { LAMBDA_ENVIRONMENT_BYTES, USER_DATA_BYTES } from '../../src/aws/quotas.ts';
import { SAMPLE } from './sample.ts';
import { BALANCED, BY_DNS, PLACED, SECURE, SHIFTED, STREAMED, VARIANTS } from './variants.ts';

type Properties = Record<string, unknown>;

/** Properties of every resource, by logical name. */
function properties(options: TopologyOptions): Record<string, Properties> {
  const { Resources } = emitTopology(options).template;
  return Object.fromEntries(
    Object.entries(Resources).map(([name, { Properties }]) => [name, Properties as Properties]),
  );
}

const names = (options: TopologyOptions) => Object.keys(emitTopology(options).template.Resources);
const att = (name: string, attribute: string) => ({ 'Fn::GetAtt': [name, attribute] });

/** Statements of a role's one policy. */
function statements(role: Properties): { Action: string[]; Resource: unknown[] }[] {
  const [policy] = role.Policies as { PolicyDocument: { Statement: never[] } }[];
  return policy!.PolicyDocument.Statement;
}

t.test(
  'without flags there is no load balancer, URL, API, alarm, record or log group of the server',
  async (t) => {
    const plain = names(SAMPLE).filter((name) =>
      /Balancer|Listener|Targets|Url|Api|Alarm|Failover|Dns|ServerLogs/.test(name),
    );
    t.same(plain, []);
  },
);

t.test('load balancer: instances let in its group alone, which reaches nothing but them', async (t) => {
  const all = properties(BALANCED);
  t.match(all.LoadBalancer, {
    Scheme: 'internet-facing',
    SecurityGroups: [att('AlbSecurityGroup', 'GroupId')],
    Subnets: { Ref: 'AlbSubnetIds' },
  });
  t.match(properties(SHIFTED).LoadBalancer, { Scheme: 'internal' });
  t.same(all.AppIngress, {
    IpProtocol: 'tcp',
    FromPort: 9999,
    ToPort: 9999,
    GroupId: att('SecurityGroup', 'GroupId'),
    SourceSecurityGroupId: att('AlbSecurityGroup', 'GroupId'),
    Description: 'HTTP server, from the load balancer',
  });
  t.match(all.AlbSecurityGroup!.SecurityGroupEgress, [
    { FromPort: 9999, ToPort: 9999, DestinationSecurityGroupId: att('SecurityGroup', 'GroupId') },
  ]);
  t.match(all.AlbHttpIngress, { FromPort: 80, ToPort: 80, CidrIp: { Ref: 'AppCidr' } });
  t.equal(emitTopology(BALANCED).template.Resources.AlbHttpIngress!.Condition, 'AppIsOpen');
  t.notOk(all.AlbHttpsIngress, 'no 443 without a certificate');
  t.match(properties(SHIFTED).AlbHttpsIngress, { FromPort: 443, ToPort: 443, CidrIp: { Ref: 'AppCidr' } });
  t.equal(emitTopology({ ...BALANCED, appCidr: undefined! }).template.Parameters.AppCidr!.Default, '');
});

t.test('listeners: HTTPS with the certificate, and port 80 leads there', async (t) => {
  t.match(properties(SHIFTED), {
    HttpsListener: {
      Port: 443,
      Protocol: 'HTTPS',
      SslPolicy: /TLS13/,
      Certificates: [{ CertificateArn: SHIFTED.certificateArn }],
      DefaultActions: [{ Type: 'fixed-response' }],
    },
    HttpListener: {
      Port: 80,
      DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443' } }],
    },
    TrafficRule: { ListenerArn: { Ref: 'HttpsListener' } },
  });
  t.match(properties(BALANCED).TrafficRule, { ListenerArn: { Ref: 'HttpListener' } });
  t.notOk(properties(BALANCED).HttpsListener);
});

t.test('one rule shares the traffic by weights that are parameters', async (t) => {
  const forward = (options: TopologyOptions) =>
    (properties(options).TrafficRule!.Actions as { ForwardConfig: Properties }[])[0]!.ForwardConfig;
  t.same(forward(SHIFTED), {
    TargetGroups: [
      { TargetGroupArn: { Ref: 'InstanceTargets' }, Weight: { Ref: 'Ec2Weight' } },
      { TargetGroupArn: { Ref: 'LambdaTargets' }, Weight: { Ref: 'LambdaWeight' } },
    ],
    TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 300 },
  });
  t.same(forward(BALANCED).TargetGroupStickinessConfig, { Enabled: false });
  const weight = (Default: number) => ({ Default, MinValue: 0, MaxValue: 100 });
  t.match(emitTopology(SHIFTED).template.Parameters, { Ec2Weight: weight(90), LambdaWeight: weight(10) });
  t.match(emitTopology(BALANCED).template.Parameters, { Ec2Weight: weight(100), LambdaWeight: weight(0) });
});

t.test('targets: readiness decides, and a drain ends before deregistration does', async (t) => {
  const { InstanceTargets, AutoScalingGroup } = properties(BALANCED);
  t.match(InstanceTargets, {
    Port: 9999,
    Protocol: 'HTTP',
    HealthCheckPath: '/_amphi/health/ready',
    TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
  });
  t.match(properties(SHIFTED).InstanceTargets, { Protocol: 'HTTPS', HealthCheckProtocol: 'HTTPS' });
  t.match(AutoScalingGroup, {
    TargetGroupARNs: [{ Ref: 'InstanceTargets' }],
    HealthCheckType: 'ELB',
    HealthCheckGracePeriod: 900,
  });
  const { supervisordConf, userData } = emitTopology(BALANCED);
  const drain = Number(/--drainTimeout (\d+)/.exec(supervisordConf)![1]);
  const delay = Number(/--drainDelay (\d+)/.exec(supervisordConf)![1]);
  const { HealthCheckIntervalSeconds: interval, UnhealthyThresholdCount: times } = InstanceTargets as never;
  t.ok(drain < 30, 'drain within the deregistration');
  t.ok(delay > interval * times, 'the load balancer notices a failing readiness before the listener closes');
  t.ok(delay + drain < Number(/stopwaitsecs=(\d+)/.exec(supervisordConf)![1]), 'SIGKILL comes after both');
  t.match(supervisordConf, ' --trustProxy 10.0.0.0/16 --trustProxy 10.1.0.0/16\n');
  t.ok(
    Number(/\nsleep '(\d+)'\n/.exec(userData)![1]) > interval * 2,
    'the signal waits for the health checks',
  );
});

t.test(
  'the Lambda function is a target with all values of a header, and only this group may call it',
  async (t) => {
    const { template } = emitTopology(BALANCED);
    const { LambdaTargets, LambdaTargetsPermission } = properties(BALANCED);
    t.equal(template.Resources.LambdaTargets!.DependsOn, 'LambdaTargetsPermission');
    t.match(LambdaTargets, {
      TargetType: 'lambda',
      Targets: [{ Id: att('HttpFunction', 'Arn') }],
      TargetGroupAttributes: [{ Key: 'lambda.multi_value_headers.enabled', Value: 'true' }],
    });
    const [name, values] = (LambdaTargets!.Name as { 'Fn::Sub': [string, object] })['Fn::Sub'];
    t.match(name, /^omega-service-\$\{Stack\}$/);
    t.ok(name.replace(`$\{Stack}`, '01234567').length <= 32);
    const [arn, same] = (LambdaTargetsPermission!.SourceArn as { 'Fn::Sub': [string, object] })['Fn::Sub'];
    t.ok(arn.endsWith(`:targetgroup/${name}/*`), arn);
    t.same(same, values);
    t.same(LambdaTargetsPermission!.SourceAccount, { Ref: 'AWS::AccountId' });
  },
);

t.test(
  'failover by the rule: an alarm calls a function that may change this rule and no other',
  async (t) => {
    const all = properties(SHIFTED);
    t.match(all.NoHealthyInstance, {
      MetricName: 'HealthyHostCount',
      Dimensions: [
        { Name: 'TargetGroup', Value: att('InstanceTargets', 'TargetGroupFullName') },
        { Name: 'LoadBalancer', Value: att('LoadBalancer', 'LoadBalancerFullName') },
      ],
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
      AlarmActions: [att('FailoverFunction', 'Arn')],
      OKActions: [att('FailoverFunction', 'Arn')],
    });
    t.match(all.FailoverFunctionPermission, {
      Principal: 'lambda.alarms.cloudwatch.amazonaws.com',
      SourceArn: att('NoHealthyInstance', 'Arn'),
    });
    t.match(statements(all.FailoverFunctionRole!), [
      { Action: ['elasticloadbalancing:ModifyRule'], Resource: [{ Ref: 'TrafficRule' }] },
      { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] },
    ]);
    const { ZipFile } = all.FailoverFunction!.Code as { ZipFile: string };
    t.ok(Buffer.byteLength(ZipFile) <= 4096, 'small enough to stand in the template');
    t.match(all.DnsRecord, { AliasTarget: { DNSName: att('LoadBalancer', 'DNSName') } });
    t.notOk('Failover' in all.DnsRecord!, 'one plain record');
  },
);

t.test('failover by DNS: the alarm decides between the load balancer and the HTTP API', async (t) => {
  const all = properties(BY_DNS);
  t.match(all, {
    DnsHealthCheck: {
      HealthCheckConfig: {
        Type: 'CLOUDWATCH_METRIC',
        AlarmIdentifier: { Name: { Ref: 'NoHealthyInstance' } },
      },
    },
    DnsRecord: {
      Name: 'api.example.com',
      Failover: 'PRIMARY',
      HealthCheckId: { Ref: 'DnsHealthCheck' },
      AliasTarget: { DNSName: att('LoadBalancer', 'DNSName') },
    },
    DnsSecondaryRecord: {
      Name: 'api.example.com',
      Failover: 'SECONDARY',
      AliasTarget: { DNSName: att('HttpApiDomain', 'RegionalDomainName') },
    },
    HttpApiDomain: { DomainNameConfigurations: [{ CertificateArn: BY_DNS.certificateArn }] },
    HttpApiMapping: { ApiId: { Ref: 'HttpApi' } },
  });
  t.notOk('AlarmActions' in all.NoHealthyInstance!);
  t.notOk('FailoverFunction' in all, 'nothing changes the rule');
});

t.test('function URL and HTTP API: signed callers unless said otherwise', async (t) => {
  t.match(properties(STREAMED), { HttpFunctionUrl: { AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM' } });
  t.notOk(names(STREAMED).some((name) => name.startsWith('HttpFunctionUrlPermission')));
  const open = properties(VARIANTS.open!);
  t.match(open, {
    HttpFunctionUrl: { AuthType: 'NONE', InvokeMode: 'BUFFERED' },
    HttpFunctionUrlPermission: { Principal: '*', FunctionUrlAuthType: 'NONE' },
    HttpFunctionUrlInvokePermission: { Principal: '*', InvokedViaFunctionUrl: true },
    HttpApiRoute: { RouteKey: '$default', AuthorizationType: 'AWS_IAM' },
    HttpApiIntegration: { PayloadFormatVersion: '2.0', IntegrationUri: att('HttpFunction', 'Arn') },
    HttpApiStage: { StageName: '$default', AutoDeploy: true },
  });
  t.match(properties(BY_DNS).HttpApiRoute, { AuthorizationType: 'NONE' });
});

t.test("the runtime's own settings: all functions, or that of the routes alone", async (t) => {
  const of = (name: string) =>
    (properties({ ...STREAMED, environment: { STAGE: 'x' } })[name] as { Environment: { Variables: object } })
      .Environment.Variables;
  const all = { STAGE: 'x', AMPHI_SHUTDOWN_EXTENSION: '1' };
  t.same(of('HttpFunction'), { ...all, AMPHI_INVOKE_MODE: 'RESPONSE_STREAM' });
  t.same(of('HelloFunction'), all);
  t.notMatch(emitTopology(STREAMED).supervisordConf, /AMPHI_(?!TARGETS="\{\}")/);
});

t.test('own certificate: from one secret, never in the user-data; logs to one group', async (t) => {
  const { supervisordConf, userData, userDataBytes } = emitTopology(SECURE);
  const role = statements(properties(SECURE).InstanceRole!);
  t.same(role.slice(2), [
    { Effect: 'Allow', Action: ['secretsmanager:GetSecretValue'], Resource: [SECURE.tlsSecretArn] },
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: [att('ServerLogs', 'Arn')],
    },
  ]);
  const dir = '/etc/omega-service/tls';
  t.ok(supervisordConf.includes(` --tlsCert ${dir}/certificate.pem --tlsKey ${dir}/privateKey.pem\n`));
  t.match(userData, "READY_URLS='https://127.0.0.1:9999/");
  const room = USER_DATA_BYTES - LAMBDA_ENVIRONMENT_BYTES;
  t.ok(userDataBytes < room, `${userDataBytes} bytes with every step leave room for the largest environment`);
  t.match(properties({ ...SECURE, logRetentionDays: 7 }).ServerLogs, { RetentionInDays: 7 });
});

t.test("the agent's configuration: both streams of each instance, one group", async (t) => {
  const text = /<<'AGENT_CONF'\n([\s\S]*?)\nAGENT_CONF\n/.exec(emitTopology(SECURE).userData)![1]!;
  const config = JSON.parse(text.replaceAll('{"Ref":"ServerLogs"}', 'the-group'));
  const file = (stream: string) => ({
    file_path: `/var/log/omega-service/${stream}.log`,
    log_group_name: 'the-group',
    log_stream_name: `{instance_id}/${stream}`,
  });
  t.same(config, {
    agent: { run_as_user: 'cwagent' },
    logs: { logs_collected: { files: { collect_list: [file('stdout'), file('stderr')] } } },
  });
  t.match(emitTopology(SECURE).supervisordConf, '/var/log/omega-service/stdout.log');
  const both = emitTopology(PLACED['fed-balanced']!);
  const followed = [...both.userData.matchAll(/"file_path":"([^"]*)"/g)].map(([, path]) => path!);
  t.equal(followed.length, 4, 'and those of the worker');
  for (const path of followed) t.match(both.supervisordConf, `_logfile=${path}\n`);
});
