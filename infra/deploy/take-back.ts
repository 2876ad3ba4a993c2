import { randomUUID } from 'node:crypto';
import type { Aws } from './aws.ts';
import { explained, isMissing } from './errors.ts';
import { findStack } from './stack.ts';
import { printable } from './table.ts';

/** A change set that this run asks for, or has. */
export interface Prepared {
  /** Id once CloudFormation has answered, before that the name. */
  stack: string;
  changeSet: string;
  /** There was no stack of this name: the empty one that the change set brings along is this run's own. */
  readonly ownStack: boolean;
  /** Settles with CloudFormation's answer, good or bad. */
  answered?: Promise<unknown>;
}

/**
 * Takes back what this run has prepared: its change set, and the empty stack that this one brought along. CloudFormation
 * has one stack for one name, so that another run may have put its change set into the same stack, or may have run it.
 * @returns what stays, as one line; `''` when nothing does. Never rejects
 */
export async function takeBack(aws: Aws, prepared: Prepared): Promise<string> {
  const { stack, changeSet, ownStack } = prepared;
  try {
    await deleteChangeSet(aws, prepared);
  } catch (error) {
    return `change set ${changeSet} of stack ${stack} stays (${reasonOf(error)})`;
  }
  if (!ownStack) return '';
  try {
    return await deleteEmptyStack(aws, prepared);
  } catch (error) {
    return `stack ${stack} stays, empty and in review (${reasonOf(error)})`;
  }
}

const reasonOf = (error: unknown) => printable((explained(error) as Error).message);

/** One that is gone already is as good as deleted. */
export async function deleteChangeSet(
  { cloudFormation, sdk }: Aws,
  { stack, changeSet }: Pick<Prepared, 'stack' | 'changeSet'>,
): Promise<void> {
  try {
    await cloudFormation.send(new sdk.DeleteChangeSetCommand({ StackName: stack, ChangeSetName: changeSet }));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

async function deleteEmptyStack(aws: Aws, { stack, changeSet }: Prepared): Promise<string> {
  const now = await findStack(aws, stack);
  if (now?.StackStatus !== 'REVIEW_IN_PROGRESS') return '';
  const { cloudFormation, sdk } = aws;
  const { Summaries = [] } = await cloudFormation.send(
    new sdk.ListChangeSetsCommand({ StackName: now.StackId }),
  );
  const others = Summaries.filter(
    ({ ChangeSetId, ChangeSetName }) => ChangeSetId !== changeSet && ChangeSetName !== changeSet,
  );
  if (others.length > 0) return `stack ${now.StackName} stays in review: another run has a change set in it`;
  await cloudFormation.send(
    new sdk.DeleteStackCommand({ StackName: now.StackId, ClientRequestToken: randomUUID() }),
  );
  return '';
}
