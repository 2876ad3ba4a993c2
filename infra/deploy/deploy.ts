import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@aws-sdk/client-cloudformation';
import { changeLines } from './change-lines.ts';
import { type ChangeSet, makeChangeSet } from './change-set.ts';
import { changeSetInput } from './change-set-input.ts';
import { DeployError } from './errors.ts';
import { isGuarded, removalProblems, removalsOf } from './guarded.ts';
import type { ParameterPlan } from './parameters.ts';
import { type Guarding, guard, whileAllowed } from './protection.ts';
import { deleteAndWait } from './remove.ts';
import { runChangeSet } from './run-change-set.ts';
import type { Session } from './session.ts';
import { findStack, outputsOf } from './stack.ts';
import { resourcesOf } from './status.ts';
import { type Prepared, takeBack } from './take-back.ts';
import { checkTarget, type Deployable, type Deployment, type Target } from './target.ts';

export interface DeployResult {
  readonly stack: string;
  /** ARN; `undefined` when the user declined a new stack. */
  readonly stackId?: string;
  /** `declined`: the user said no, and nothing was deployed. */
  readonly result: 'created' | 'updated' | 'unchanged' | 'declined';
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Creates or updates the stack by a change set, once it has been shown and confirmed.
 * @throws DeployError with the first failure when CloudFormation rolled back
 */
export async function deploy(
  session: Session,
  deployment: Deployment,
  emitted: Deployable,
): Promise<DeployResult> {
  const { aws, say } = session;
  const { stack: name } = deployment;
  const target = await checkTarget(session, deployment, emitted.template);
  const { stack, action, plan } = target;
  planLines(plan).forEach(say);
  if (action === 'recreate' && !(await deleteFailedStack(session, stack!, deployment.roleArn)))
    return declined(name);
  const input = await changeSetInput(session, deployment, emitted, target);
  const ownStack = stack === undefined || action === 'recreate';
  const prepared: Prepared = { stack: name, changeSet: input.ChangeSetName!, ownStack };
  session.undo = () => undo(aws, prepared);
  const changeSet = await makeChangeSet(aws, input, prepared);
  const { stackId } = changeSet;
  if (changeSet.unchanged) {
    session.undo = undefined;
    say(`stack ${name}: no changes`);
    await guard(session, guarding(deployment, stackId, stack));
    return { stack: name, stackId, result: 'unchanged', outputs: outputsOf(stack) };
  }
  const confirmed = await undone(session, () =>
    confirmAndRun(session, deployment, target, changeSet, prepared),
  );
  if (!confirmed) return declined(name);
  const now = await findStack(aws, stackId);
  await guard(session, guarding(deployment, stackId, now));
  const result = action === 'update' ? 'updated' : 'created';
  return { stack: name, stackId, result, outputs: outputsOf(now) };
}

/** @returns whether it was confirmed, and has run */
async function confirmAndRun(
  session: Session,
  deployment: Deployment,
  { action }: Target,
  { changes, stackId }: ChangeSet,
  prepared: Prepared,
): Promise<boolean> {
  const { aws, say } = session;
  const { stack: name, protect, allowRemoval = [] } = deployment;
  changeLines(changes).forEach(say);
  const removals = removalsOf(changes);
  const problems = removalProblems(removals, allowRemoval);
  if (problems.length > 0) {
    throw new DeployError([...problems, `stack ${name} was not changed`].join('\n'));
  }
  const question = `${action === 'update' ? 'Update' : 'Create'} stack ${name} in ${aws.region}?`;
  if (!(await session.confirm(question))) {
    session.undo = undefined;
    const left = await takeBack(aws, prepared);
    if (left) say(left);
    return false;
  }
  const run = () => runChangeSet(session, name, prepared);
  if (!protect || removals.length === 0) await run();
  else await whileAllowed(session, stackId, await guardedOf(aws, stackId), removals, run);
  return true;
}

/** Takes back what is prepared when the work fails before anything has begun. */
async function undone<T>(session: Session, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // When the process ends, whoever ends it does this.
    const undo = session.ending ? undefined : session.undo;
    session.undo = undefined;
    const left = await undo?.();
    if (left) session.say(left);
    throw error;
  }
}

/** Logical names of the guarded resources that a stack has. */
async function guardedOf(aws: Session['aws'], stackId: string): Promise<string[]> {
  const resources = await resourcesOf(aws, stackId);
  return resources
    .filter(({ ResourceType }) => isGuarded(ResourceType ?? ''))
    .map(({ LogicalResourceId }) => LogicalResourceId!);
}

function guarding({ protect }: Deployment, stackId: string, stack: Stack | undefined): Guarding {
  return { stack: stackId, protect, terminationProtected: stack?.EnableTerminationProtection === true };
}

/** What the plan takes from the stack as it is. */
function planLines({ kept, keptImage }: ParameterPlan): string[] {
  const values = Object.entries(kept).map(([name, value]) => `${name}=${value}`);
  return [
    ...(values.length > 0 ? [`kept: ${values.join(' ')}`] : []),
    ...(keptImage ? [`the instances stay on image ${keptImage}; --renewImage takes the newest`] : []),
  ];
}

const declined = (stack: string): DeployResult => ({ stack, result: 'declined', outputs: {} });

/** How long an answer of CloudFormation is waited for when this process is told to end, milliseconds. */
const ANSWER_MS = 3000;

/** Takes back a change set that CloudFormation may be just making. */
async function undo(aws: Session['aws'], prepared: Prepared): Promise<string> {
  const unanswered = Symbol();
  const answer = await Promise.race([prepared.answered, sleep(ANSWER_MS, unanswered, { ref: false })]);
  const left = await takeBack(aws, prepared);
  if (left || answer !== unanswered) return left;
  return `change set ${prepared.changeSet} may yet appear in stack ${prepared.stack}, where nobody runs it`;
}

async function deleteFailedStack(
  session: Session,
  stack: Stack,
  roleArn: string | undefined,
): Promise<boolean> {
  const name = stack.StackName!;
  session.say(`stack ${name} is in ROLLBACK_COMPLETE: its creation failed, and it can only be deleted`);
  if (!(await session.confirm(`Delete the failed stack ${name} and create it anew?`))) return false;
  await deleteAndWait(session, stack, roleArn);
  return true;
}
