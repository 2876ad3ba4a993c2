import t from 'tap';
import { emitTopology, type TopologyOptions } from '../../infra/index.ts';
import { sqs } from '../../src/adapters/lambda/sources/events/index.ts';
import { namesOf, optionsOf, propertiesOf } from './placed.ts';
import { SAMPLE } from './sample.ts';
import { BALANCED, PLACED } from './variants.ts';

const FIT = PLACED['fit-for-work']!;
const FROM_ZERO = PLACED['workers-from-zero']!;
const templateOf = (options: TopologyOptions) => emitTopology(options).template;

/** `--flag value` of the commands that supervisord runs. */
const commandsOf = (options: TopologyOptions) =>
  emitTopology(options)
    .supervisordConf.match(/^command=.*$/gm)!
    .map((line) => line.replace(/^\S+ /, ''));

const attributesOf = (attributes: unknown) =>
  Object.fromEntries((attributes as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]));

t.test('server and worker get their limits', async (t) => {
  const [server, worker] = commandsOf(FIT);
  t.match(
    server,
    /^httpServer .*--drainTimeout 900 --drainDelay 12 --keepAliveTimeout 615 --bodyLimit 1073741824 --requestTimeout 600 --processes auto /,
  );
  t.equal(worker, 'worker --drainTimeout 900 --concurrency 4 --timeout 3600 --retryDelay 5');
  t.notMatch(
    commandsOf(SAMPLE)[0],
    /bodyLimit|requestTimeout|keepAliveTimeout|processes/,
    'left to the server by default',
  );
});

t.test('a longer drain moves what has to outlast it', async (t) => {
  const { template, supervisordConf } = emitTopology(FIT);
  t.same(supervisordConf.match(/^stopwaitsecs=\d+$/gm), [
    'stopwaitsecs=922',
    'stopwaitsecs=910',
    'stopwaitsecs=35',
  ]);
  const attributes = attributesOf(propertiesOf(template, 'InstanceTargets').TargetGroupAttributes);
  t.equal(attributes['deregistration_delay.timeout_seconds'], '905');
  const most = { ...BALANCED, drainTimeout: 3595 };
  const longest = attributesOf(propertiesOf(templateOf(most), 'InstanceTargets').TargetGroupAttributes);
  t.equal(longest['deregistration_delay.timeout_seconds'], '3600');
  t.throws(
    () => emitTopology({ ...BALANCED, drainTimeout: 3596 }),
    /--drainTimeout 3596 is not a whole number/,
  );
  const balancer = propertiesOf(template, 'LoadBalancer').LoadBalancerAttributes;
  t.equal(attributesOf(balancer)['idle_timeout.timeout_seconds'], '600');
});

t.test('sizes are the defaults of parameters, and fit each other', async (t) => {
  t.match(templateOf(FIT).Parameters, {
    InstanceType: { Default: 'c7i.large' },
    RootVolumeSize: { Default: 40 },
    MinSize: { Default: 2, MinValue: 1 },
    MaxSize: { Default: 9, MinValue: 2 },
  });
  const bad: [Partial<TopologyOptions>, RegExp][] = [
    [{ minSize: 0 }, /^--minSize 0 would leave the HTTP server without an instance$/],
    [{ minSize: 3 }, /^--minSize 3 is above the --maxSize of 2$/],
    [{ maxSize: 1 }, /^--maxSize 1 leaves a rolling update no room/],
    [{ instanceType: 't4g.small' }, /^--instanceType "t4g.small" is of ARM processors/],
    [{ instanceType: 'im4gn.large' }, /is of ARM processors/],
    [{ instanceType: 'small' }, /is no instance type such as t3.small/],
    [{ scaleOnBacklog: 5 }, /^--scaleOnBacklog is for the worker on instances, and no function runs there$/],
    [{ scaleOnRequests: 5 }, /^--scaleOnRequests needs --alb$/],
    [{ workerTimeout: 5 }, /^--workerTimeout is for the worker/],
    [{ idleTimeout: 5 }, /^--idleTimeout needs --alb$/],
    [{ instancePolicies: ['x'] }, /^--instancePolicies "x" is not the ARN of a managed policy$/],
    [{ lambdaSubnetIds: ['subnet-01234567'] }, /^--lambdaSubnetIds needs --lambdaSecurityGroupIds$/],
  ];
  for (const [options, message] of bad) t.throws(() => emitTopology({ ...SAMPLE, ...options }), { message });
  for (const instanceType of ['g4dn.xlarge', 'm7i-flex.large', 'u-6tb1.metal'])
    t.doesNotThrow(() => emitTopology({ ...SAMPLE, instanceType }), instanceType);
});

t.test('managed policies: what is named, and that of Session Manager', async (t) => {
  t.same(propertiesOf(templateOf(FIT), 'InstanceRole').ManagedPolicyArns, [
    { 'Fn::Sub': 'arn:$' + '{AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore' },
    'arn:aws:iam::123456789012:policy/reports',
  ]);
  const policy = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  t.throws(
    () => emitTopology({ ...SAMPLE, ssm: true, instancePolicies: Array(10).fill(policy) }),
    /--instancePolicies: a role takes 10 managed policies, and there are 11/,
  );
});

t.test('functions in a VPC', async (t) => {
  const template = templateOf(FIT);
  const functions = namesOf(template, 'AWS::Lambda::Function').filter((name) => name.endsWith('Function'));
  t.ok(functions.length > 3);
  for (const name of functions) {
    t.same(propertiesOf(template, name).VpcConfig, {
      SubnetIds: ['subnet-01234567'],
      SecurityGroupIds: ['sg-01234567'],
    });
    const policies = propertiesOf(template, `${name}Role`).Policies as { PolicyName: string }[];
    t.ok(
      policies.some(({ PolicyName }) => PolicyName === 'Vpc'),
      name,
    );
  }
  t.notOk('VpcConfig' in propertiesOf(templateOf(SAMPLE), 'HelloFunction'));
});

t.test('scaling by CPU and by requests', async (t) => {
  const template = templateOf(FIT);
  t.match(propertiesOf(template, 'ScaleOnCpu').TargetTrackingConfiguration, {
    TargetValue: 60,
    PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
  });
  t.match(propertiesOf(template, 'ScaleOnRequests').TargetTrackingConfiguration, {
    TargetValue: 1000,
    PredefinedMetricSpecification: {
      PredefinedMetricType: 'ALBRequestCountPerTarget',
      ResourceLabel: {
        'Fn::Sub': '$' + '{LoadBalancer.LoadBalancerFullName}/$' + '{InstanceTargets.TargetGroupFullName}',
      },
    },
  });
  t.same(namesOf(templateOf(SAMPLE), 'AWS::AutoScaling::ScalingPolicy'), []);
});

t.test('scaling by backlog, and from no instance at all', async (t) => {
  const template = templateOf(FROM_ZERO);
  const { Metrics } = (
    propertiesOf(template, 'ScaleOnBacklog').TargetTrackingConfiguration as {
      CustomizedMetricSpecification: {
        Metrics: { Id: string; Expression?: string; MetricStat?: { Metric: object } }[];
      };
    }
  ).CustomizedMetricSpecification;
  t.same(
    Metrics.map(
      ({ MetricStat }) => (MetricStat?.Metric as { Dimensions?: unknown[] } | undefined)?.Dimensions?.[0],
    ),
    [
      { Name: 'QueueName', Value: { 'Fn::GetAtt': ['RenderQueue', 'QueueName'] } },
      { Name: 'QueueName', Value: 'orders' },
      { Name: 'QueueName', Value: { 'Fn::Select': [5, { 'Fn::Split': [':', { Ref: 'QueueArn' }] }] } },
      { Name: 'AutoScalingGroupName', Value: { Ref: 'AutoScalingGroup' } },
      undefined,
    ],
  );
  t.equal(Metrics.at(-1)!.Expression, '(FILL(q0, 0) + FILL(q1, 0) + FILL(q2, 0)) / instances');
  const group = template.Resources.AutoScalingGroup!;
  t.match(group.Properties, { MetricsCollection: [{ Metrics: ['GroupInServiceInstances'] }] });
  t.notOk('CreationPolicy' in group, 'no instance, no signal to wait for');
  t.match(group.UpdatePolicy, { AutoScalingRollingUpdate: { MinInstancesInService: 0 } });
  t.match(template.Parameters, {
    MinSize: { Default: 0, MinValue: 0 },
    MaxSize: { Default: 1, MinValue: 1 },
  });
  t.match(propertiesOf(template, 'MessagesWithoutInstance'), {
    AlarmActions: [{ Ref: 'ScaleFromZero' }],
    Threshold: 1,
  });
  t.match(propertiesOf(template, 'ScaleFromZero'), { AdjustmentType: 'ExactCapacity' });

  const one = emitTopology({ ...FROM_ZERO, minSize: 1, maxSize: 2 }).template;
  t.same(
    namesOf(one, 'AWS::CloudWatch::Alarm'),
    [],
    'with one instance in any case there is something to divide by',
  );
  const queue = (n: number) => sqs({ queue: `arn:aws:sqs:us-east-1:123456789012:q${n}` });
  const many = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`f${n}`, { source: queue(n) }]));
  t.throws(
    () => emitTopology({ ...optionsOf(many), scaleOnBacklog: 1 }),
    /--scaleOnBacklog: 10 queues are polled on instances, and a scaling policy takes 9/,
  );
});
