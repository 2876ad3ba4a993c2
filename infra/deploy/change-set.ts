import type { Change, CreateChangeSetInput, DescribeChangeSetOutput } from '@aws-sdk/client-cloudformation';
import type { Template } from '../topology/types.ts';
import type { Aws } from './aws.ts';
import { DeployError } from './errors.ts';
import { pollUntil } from './poll-until.ts';
import { printable, table } from './table.ts';

/** A change set after CloudFormation has compared it with the stack. */
export interface ChangeSet {
  readonly id: string;
  readonly stackId: string;
  /** The stack is as it should be already, and the change set is gone again. */
  readonly unchanged: boolean;
  /** Of resources; none when only outputs, tags or the description change. */
  readonly changes: readonly Change[];
}

const UNCHANGED = /didn't contain changes|No updates are to be performed/;

/**
 * Makes a change set and waits until CloudFormation has waitForComparison it with the stack.
 * One without changes, or one that failed, is deleted again.
 * @throws DeployError with CloudFormation's reason
 */
export async function makeChangeSet(aws: Aws, input: CreateChangeSetInput): Promise<ChangeSet> {
  const { Id, StackId } = await aws.cloudFormation.send(new aws.sdk.CreateChangeSetCommand(input));
  const made = { id: Id!, stackId: StackId! };
  try {
    const { Status, StatusReason, changes } = await waitForComparison(aws, Id!);
    if (Status === 'CREATE_COMPLETE') return { ...made, unchanged: false, changes };
    if (!UNCHANGED.test(StatusReason ?? '')) {
      throw new DeployError(`the change set failed: ${printable(StatusReason) || Status}`);
    }
  } catch (error) {
    await deleteChangeSet(aws, made, input.ChangeSetType === 'CREATE').catch(() => {});
    throw error;
  }
  await deleteChangeSet(aws, made, false);
  return { ...made, unchanged: true, changes: [] };
}

async function waitForComparison(
  aws: Aws,
  id: string,
): Promise<DescribeChangeSetOutput & { changes: Change[] }> {
  const describe = (NextToken?: string) =>
    aws.cloudFormation.send(new aws.sdk.DescribeChangeSetCommand({ ChangeSetName: id, NextToken }));
  const first = await pollUntil(async () => {
    const response = await describe();
    return /_(PENDING|IN_PROGRESS)$/.test(response.Status ?? '') ? undefined : response;
  });
  const changes = [...(first.Changes ?? [])];
  for (let token = first.NextToken; token; ) {
    const page = await describe(token);
    changes.push(...(page.Changes ?? []));
    token = page.NextToken;
  }
  return { ...first, changes };
}

/** Deletes a change set, and the empty stack that one for a new stack brings along. */
export async function deleteChangeSet(
  aws: Aws,
  { id, stackId }: Pick<ChangeSet, 'id' | 'stackId'>,
  withStack: boolean,
): Promise<void> {
  await aws.cloudFormation.send(new aws.sdk.DeleteChangeSetCommand({ ChangeSetName: id }));
  if (withStack) await aws.cloudFormation.send(new aws.sdk.DeleteStackCommand({ StackName: stackId }));
}

/** The preview: one line per resource that would be added, modified, replaced or removed. */
export function previewOf(changes: readonly Change[]): string[] {
  if (changes.length === 0) return ['no resource changes, but parameters, outputs, tags or the description'];
  const rows = changes.flatMap(({ ResourceChange: change }) => {
    if (!change) return [];
    const replaced =
      change.Replacement === 'True'
        ? 'replaced'
        : change.Replacement === 'Conditional'
          ? 'maybe replaced'
          : '';
    const scope = (change.Scope ?? []).join(', ');
    return [
      [change.Action ?? '', change.LogicalResourceId ?? '', change.ResourceType ?? '', replaced || scope],
    ];
  });
  return table(rows, ['ACTION', 'RESOURCE', 'TYPE', 'HOW']);
}

/** The acknowledgements that CloudFormation wants for this template. */
export function capabilitiesOf({ Resources }: Template): ('CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM')[] {
  const iam = Object.values(Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  const named = iam.some(({ Properties }) =>
    Object.keys(Properties).some((key) => /^(Role|User|Group|ManagedPolicy|InstanceProfile)Name$/.test(key)),
  );
  if (iam.length === 0) return [];
  return named ? ['CAPABILITY_NAMED_IAM'] : ['CAPABILITY_IAM'];
}
