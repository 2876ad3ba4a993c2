import type { Stack, StackEvent, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { type AmphiMetadata, metadataOf } from '../template/metadata.ts';
import type { Aws } from './aws.ts';
import { deployedTemplate } from './deployed-template.ts';
import { EventReader, eventLine } from './events.ts';
import { outputsOf } from './stack.ts';
import { printable, table } from './table.ts';

/** One instance of the stack's Auto Scaling groups. */
export interface InstanceState {
  readonly id: string;
  readonly group: string;
  /** Such as `InService`, `Pending` or `Terminating`. */
  readonly lifecycle: string;
  readonly health: string;
  readonly zone: string;
  readonly launchTemplateVersion: string;
}

export interface GroupState {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly desired: number;
}

/** All that `app status` shows. Times are ISO 8601. */
export interface StackState {
  readonly stack: string;
  readonly stackId: string;
  readonly status: string;
  readonly reason?: string;
  readonly changed?: string;
  /** What the stack is a deployment of, where its template tells. */
  readonly version?: string | undefined;
  readonly artifact?: { readonly bucket: string; readonly key: string; readonly sha256?: string };
  readonly protected: boolean;
  readonly parameters: Readonly<Record<string, string>>;
  readonly resources: readonly { name: string; type: string; status: string; id: string }[];
  readonly groups: readonly GroupState[];
  readonly instances: readonly InstanceState[];
  /** Oldest first. */
  readonly events: readonly { time: string; status: string; name: string; type: string; reason: string }[];
  readonly outputs: Readonly<Record<string, string>>;
}

/** Reads the state of a stack; changes nothing. */
export async function readState(aws: Aws, stack: Stack, lastEvents: number) {
  const resources = await resourcesOf(aws, stack.StackId!);
  const groups = await groupsOf(aws, resources);
  const events = (await new EventReader(aws, stack.StackId!).next()).slice(-lastEvents);
  const state: StackState = {
    stack: stack.StackName!,
    stackId: stack.StackId!,
    status: stack.StackStatus!,
    reason: printable(stack.StackStatusReason) || undefined,
    changed: (stack.LastUpdatedTime ?? stack.CreationTime)?.toISOString(),
    resources: resources.map(resourceState),
    ...deployedOf(await metadataIn(aws, stack)),
    protected: stack.EnableTerminationProtection === true,
    parameters: Object.fromEntries(
      (stack.Parameters ?? []).map(({ ParameterKey, ParameterValue }) => [
        ParameterKey!,
        ParameterValue ?? '',
      ]),
    ),
    ...groups,
    events: events.map(eventState),
    outputs: outputsOf(stack),
  };
  return { state, events };
}

/** A stack in review has no template yet. */
async function metadataIn(aws: Aws, { StackId, StackStatus }: Stack): Promise<AmphiMetadata | undefined> {
  return StackStatus === 'REVIEW_IN_PROGRESS' ? undefined : metadataOf(await deployedTemplate(aws, StackId!));
}

function deployedOf(metadata: AmphiMetadata | undefined): Pick<StackState, 'version' | 'artifact'> {
  if (metadata === undefined) return {};
  const { Version, S3Bucket, S3Key, Sha256 } = metadata;
  const artifact = { bucket: S3Bucket, key: S3Key, ...(Sha256 === undefined ? {} : { sha256: Sha256 }) };
  return { version: Version, artifact };
}

/** All resources of a stack. */
export async function resourcesOf(aws: Aws, stackId: string): Promise<StackResourceSummary[]> {
  const found: StackResourceSummary[] = [];
  let token: string | undefined;
  do {
    const { StackResourceSummaries = [], NextToken } = await aws.cloudFormation.send(
      new aws.sdk.ListStackResourcesCommand({ StackName: stackId, NextToken: token }),
    );
    found.push(...StackResourceSummaries);
    token = NextToken;
  } while (token);
  return found;
}

function resourceState(resource: StackResourceSummary) {
  return {
    name: resource.LogicalResourceId!,
    type: resource.ResourceType!,
    status: resource.ResourceStatus!,
    id: resource.PhysicalResourceId ?? '',
  };
}

function eventState(event: StackEvent) {
  return {
    time: event.Timestamp?.toISOString() ?? '',
    status: event.ResourceStatus ?? '',
    name: event.LogicalResourceId ?? '',
    type: event.ResourceType ?? '',
    reason: printable(event.ResourceStatusReason),
  };
}

async function groupsOf(aws: Aws, resources: readonly StackResourceSummary[]) {
  const names = resources
    .filter(({ ResourceType }) => ResourceType === 'AWS::AutoScaling::AutoScalingGroup')
    .flatMap(({ PhysicalResourceId }) => PhysicalResourceId || []);
  // Without a name the call would describe every group of the account.
  if (names.length === 0) return { groups: [], instances: [] };
  const { AutoScalingGroups = [] } = await aws.autoScaling.send(
    new aws.sdk.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: names }),
  );
  const groups = AutoScalingGroups.map((group) => ({
    name: group.AutoScalingGroupName!,
    min: group.MinSize!,
    max: group.MaxSize!,
    desired: group.DesiredCapacity!,
  }));
  const instances = AutoScalingGroups.flatMap(({ AutoScalingGroupName, Instances = [] }) =>
    Instances.map((instance) => ({
      id: instance.InstanceId!,
      group: AutoScalingGroupName!,
      lifecycle: instance.LifecycleState ?? '',
      health: instance.HealthStatus ?? '',
      zone: instance.AvailabilityZone ?? '',
      launchTemplateVersion: instance.LaunchTemplate?.Version ?? '',
    })),
  );
  return { groups, instances };
}

/** The state for reading. */
export function stateLines(state: StackState, events: readonly StackEvent[]): string[] {
  const { stack, status, reason, changed, version, artifact, parameters } = state;
  const { resources, groups, instances, outputs } = state;
  const lines = [`${stack}  ${status}${changed ? `  since ${changed}` : ''}`];
  if (reason) lines.push(reason);
  if (artifact) lines.push(`version ${version}, artifact s3://${artifact.bucket}/${artifact.key}`);
  if (state.protected) lines.push('termination protection is on');
  const section = (title: string, rows: readonly string[]) => {
    if (rows.length > 0) lines.push('', title, ...rows.map((row) => `  ${row}`));
  };
  section('Resources', table(resources.map(({ name, type, status, id }) => [name, type, status, id])));
  section(
    'Instances',
    groups.flatMap((group) => [
      `${group.name}: ${group.desired} wanted, ${group.min} to ${group.max}`,
      ...instanceRows(instances.filter((instance) => instance.group === group.name)),
    ]),
  );
  section('Parameters', table(Object.entries(parameters)));
  section('Last events', events.map(eventLine));
  section('Outputs', table(Object.entries(outputs)));
  return lines;
}

function instanceRows(instances: readonly InstanceState[]): string[] {
  const rows = instances.map(({ id, lifecycle, health, zone, launchTemplateVersion }) => {
    return [id, lifecycle, health, zone, `launch template version ${launchTemplateVersion}`];
  });
  return table(rows).map((row) => `  ${row}`);
}
