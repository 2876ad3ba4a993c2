import type { Change, ResourceChange } from '@aws-sdk/client-cloudformation';

/**
 * Types whose loss cannot be undone, or takes traffic away: load balancers, groups, buckets, queues, databases and their
 * like, DNS records. As stack policies have them, `*` stands for the rest of a name.
 */
export const GUARDED_TYPES = [
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::AutoScaling::AutoScalingGroup',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Route53::HostedZone',
  'AWS::Route53::RecordSet',
  'AWS::Route53::RecordSetGroup',
  'AWS::RDS::*',
  'AWS::DynamoDB::*',
  'AWS::DocDB::*',
  'AWS::Neptune::*',
  'AWS::ElastiCache::*',
  'AWS::MemoryDB::*',
  'AWS::OpenSearchService::Domain',
  'AWS::Redshift::*',
  'AWS::Timestream::*',
  'AWS::EFS::FileSystem',
  'AWS::Kinesis::Stream',
  'AWS::Cognito::UserPool',
  'AWS::SecretsManager::Secret',
  'AWS::KMS::Key',
] as const;

export const isGuarded = (type: string): boolean =>
  GUARDED_TYPES.some((known) => (known.endsWith('*') ? type.startsWith(known.slice(0, -1)) : type === known));

/** What a change set does to a resource that is guarded. */
export interface Removal {
  readonly name: string;
  readonly type: string;
  readonly what: 'removed' | 'replaced' | 'maybe replaced';
}

/** The guarded resources that a change set removes or replaces, or may. What the template retains stays. */
export function removalsOf(changes: readonly Change[]): Removal[] {
  return changes.flatMap(({ ResourceChange: change }) => {
    const { LogicalResourceId: name = '', ResourceType: type = '' } = change ?? {};
    const what = change && isGuarded(type) ? lossOf(change) : undefined;
    return what === undefined ? [] : [{ name, type, what }];
  });
}

function lossOf(change: ResourceChange): Removal['what'] | undefined {
  const { Action, Replacement, PolicyAction } = change;
  if (Action === 'Remove') return PolicyAction === 'Retain' ? undefined : 'removed';
  if (Replacement === 'True') return PolicyAction === 'ReplaceAndRetain' ? undefined : 'replaced';
  return Replacement === 'Conditional' && mayReplace(change) ? 'maybe replaced' : undefined;
}

/**
 * CloudFormation says "conditional" of each rolling update of a group too, as its launch template may interrupt; a
 * group is at risk only by a property that always replaces it and whose value is not known yet.
 */
function mayReplace({ ResourceType, Details = [] }: ResourceChange): boolean {
  if (ResourceType !== 'AWS::AutoScaling::AutoScalingGroup') return true;
  return Details.some(({ Target }) => Target?.RequiresRecreation === 'Always');
}

/** Each names a removal that `--allowRemoval` does not. */
export function removalProblems(removals: readonly Removal[], allowed: readonly string[]): string[] {
  const refused = removals.filter(({ name }) => !allowed.includes(name));
  return refused.map(
    ({ name, type, what }) =>
      `${name} (${type}) would be ${what.replace('maybe', 'possibly')}: --allowRemoval ${name} lets that happen`,
  );
}
