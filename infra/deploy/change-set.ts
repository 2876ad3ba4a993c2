import { randomUUID } from 'node:crypto';
import type { Change, CreateChangeSetInput, DescribeChangeSetOutput } from '@aws-sdk/client-cloudformation';
import type { Template } from '../topology/types.ts';
import type { Aws } from './aws.ts';
import { DeployError, isTransient } from './errors.ts';
import { pollUntil } from './poll-until.ts';
import { printable } from './table.ts';
import { deleteChangeSet, type Prepared, takeBack } from './take-back.ts';

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
 * Makes a change set and waits until CloudFormation has compared it with the stack.
 * One without changes, or one that failed, is deleted again.
 * @param prepared gets the ids once they are known
 * @throws DeployError with CloudFormation's reason
 */
export async function makeChangeSet(
  aws: Aws,
  input: CreateChangeSetInput,
  prepared: Prepared,
): Promise<ChangeSet> {
  // With a token, a call that was repeated because its answer got lost is not refused.
  const asked = aws.cloudFormation.send(
    new aws.sdk.CreateChangeSetCommand({ ...input, ClientToken: randomUUID() }),
  );
  prepared.answered = asked.catch(() => {});
  const { Id, StackId } = await asked.catch(async (error) => {
    // The answer may have got lost, and not the change set.
    if (isTransient(error)) await takeBack(aws, prepared);
    throw error;
  });
  const made = { id: Id!, stackId: StackId! };
  Object.assign(prepared, { changeSet: Id, stack: StackId });
  try {
    const { Status, StatusReason, changes } = await waitForComparison(aws, Id!);
    if (Status === 'CREATE_COMPLETE') return { ...made, unchanged: false, changes };
    if (!UNCHANGED.test(StatusReason ?? '')) {
      throw new DeployError(`the change set failed: ${printable(StatusReason) || Status}`);
    }
  } catch (error) {
    await takeBack(aws, prepared);
    throw error;
  }
  await deleteChangeSet(aws, prepared);
  return { ...made, unchanged: true, changes: [] };
}

async function waitForComparison(
  aws: Aws,
  id: string,
): Promise<DescribeChangeSetOutput & { changes: Change[] }> {
  const describe = (NextToken?: string) =>
    aws.cloudFormation.send(
      new aws.sdk.DescribeChangeSetCommand({ ChangeSetName: id, NextToken, IncludePropertyValues: true }),
    );
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

/** The acknowledgements that CloudFormation wants for this template. */
export function capabilitiesOf({ Resources }: Template): ('CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM')[] {
  const iam = Object.values(Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  const named = iam.some(({ Properties }) =>
    Object.keys(Properties).some((key) => /^(Role|User|Group|ManagedPolicy|InstanceProfile)Name$/.test(key)),
  );
  if (iam.length === 0) return [];
  return named ? ['CAPABILITY_NAMED_IAM'] : ['CAPABILITY_IAM'];
}
