import type { ResourceChange } from '@aws-sdk/client-cloudformation';

/** What is paid by the hour whether it is used or not. */
const BY_THE_HOUR: Readonly<Record<string, string>> = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 'load balancer',
  'AWS::AutoScaling::AutoScalingGroup': 'group of instances',
  'AWS::EC2::Instance': 'instance',
  'AWS::EC2::NatGateway': 'NAT gateway',
  'AWS::EC2::VPCEndpoint': 'VPC endpoint',
  'AWS::EC2::EIP': 'public address',
  'AWS::EC2::Volume': 'volume',
  'AWS::RDS::DBInstance': 'database',
  'AWS::RDS::DBCluster': 'database cluster',
  'AWS::ElastiCache::ReplicationGroup': 'cache',
  'AWS::ElastiCache::CacheCluster': 'cache',
  'AWS::OpenSearchService::Domain': 'search domain',
  'AWS::Kinesis::Stream': 'stream',
  'AWS::KMS::Key': 'key',
  'AWS::SecretsManager::Secret': 'secret',
  'AWS::Route53::HealthCheck': 'health check',
  'AWS::Route53::HostedZone': 'hosted zone',
  'AWS::CloudWatch::Alarm': 'alarm',
};

/** Numbers of which more cost more, by type and end of the path. */
const BY_NUMBER: readonly [type: string, name: string, what: string][] = [
  ['AWS::AutoScaling::AutoScalingGroup', 'MinSize', 'instances at least'],
  ['AWS::AutoScaling::AutoScalingGroup', 'MaxSize', 'instances at most'],
  ['AWS::AutoScaling::AutoScalingGroup', 'DesiredCapacity', 'instances'],
  ['AWS::Lambda::Function', 'MemorySize', 'memory of a function, MB'],
  ['AWS::Lambda::Alias', 'ProvisionedConcurrentExecutions', 'provisioned concurrency'],
  ['AWS::Lambda::Version', 'ProvisionedConcurrentExecutions', 'provisioned concurrency'],
];

/** In which direction the change set moves what is paid, as far as that is known from it; prices are not. */
export function costLines(changes: readonly ResourceChange[]): string[] {
  return changes.flatMap((change) => [...wholeLine(change), ...keptLine(change), ...numberLines(change)]);
}

/** An alias costs what it keeps started, which stands in its properties. */
function keptLine({ Action, ResourceType, LogicalResourceId, ...change }: ResourceChange): string[] {
  const context =
    Action === 'Add' ? change.AfterContext : Action === 'Remove' ? change.BeforeContext : undefined;
  const kept = /"ProvisionedConcurrentExecutions":"?(\d+)/.exec(context ?? '')?.[1];
  if (ResourceType !== 'AWS::Lambda::Alias' || kept === undefined) return [];
  const [direction, way] = Action === 'Add' ? ['more', 'added'] : ['less', 'removed'];
  return [`cost: ${direction}: provisioned concurrency of ${LogicalResourceId}, ${kept}, is ${way}`];
}

function wholeLine({ Action, ResourceType = '', LogicalResourceId, PolicyAction }: ResourceChange): string[] {
  const what = BY_THE_HOUR[ResourceType];
  if (!what || (Action !== 'Add' && Action !== 'Remove') || PolicyAction === 'Retain') return [];
  const added = Action === 'Add';
  return [`cost: ${added ? 'more' : 'less'}: ${what} ${LogicalResourceId} is ${added ? 'added' : 'removed'}`];
}

function numberLines({ ResourceType, LogicalResourceId, Details = [] }: ResourceChange): string[] {
  const lines = Details.flatMap(({ Target }) => {
    const { Path = '', Name = '', BeforeValue, AfterValue } = Target ?? {};
    const known = BY_NUMBER.find(
      ([type, name]) =>
        type === ResourceType && (Path.split('/').at(-1) === name || (Path === '' && Name === name)),
    );
    const [before, after] = [Number(BeforeValue ?? 0), Number(AfterValue ?? 0)];
    if (!known || !(before >= 0 && after >= 0) || before === after) return [];
    const direction = after > before ? 'more' : 'less';
    return [`cost: ${direction}: ${known[2]} of ${LogicalResourceId}, ${before} → ${after}`];
  });
  return [...new Set(lines)];
}
