import { randomUUID } from 'node:crypto';
import { DeployError, explained, isMissing, isTransient } from './errors.ts';
import { EventReader, follow, liveLine } from './events.ts';
import type { Session } from './session.ts';
import { printable } from './table.ts';
import { type Prepared, takeBack } from './take-back.ts';

/**
 * Runs a change set and follows it to its end.
 * @throws DeployError with the first failure when CloudFormation rolled back
 */
export async function runChangeSet(session: Session, stack: string, prepared: Prepared): Promise<void> {
  const { aws, say } = session;
  const reader = new EventReader(aws, prepared.stack);
  await reader.next();
  if (session.ending) throw new DeployError('interrupted');
  session.undo = undefined;
  session.interrupted = `stack ${stack} goes on changing in AWS: app status shows it, nothing was rolled back`;
  const input = { ChangeSetName: prepared.changeSet, ClientRequestToken: randomUUID() };
  try {
    await aws.cloudFormation.send(new aws.sdk.ExecuteChangeSetCommand(input));
  } catch (error) {
    await refused(session, stack, prepared, error);
  }
  const { status, failure } = await follow(reader, (event) => say(liveLine(event)));
  session.interrupted = '';
  if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') return;
  throw new DeployError(`stack ${stack} failed and is now in ${status}\nfirst failure: ${failure ?? status}`);
}

/** An earlier try of the same call may have come through: a fresh look tells. @throws the error where it does not run */
async function refused(session: Session, stack: string, prepared: Prepared, error: unknown): Promise<void> {
  const { aws, say } = session;
  const runs = await isRunning(session, prepared, error);
  if (runs)
    return void say(`${printable((explained(error) as Error).message)}: the change set runs all the same`);
  session.interrupted =
    runs === undefined ? `it is not known whether stack ${stack} changes: app status shows it` : '';
  const left = runs === undefined ? '' : await takeBack(aws, prepared);
  if (left) say(left);
  throw error;
}

/** Whether the change set has begun although the call failed; `undefined` when nobody knows. */
async function isRunning(
  { aws }: Session,
  { changeSet }: Prepared,
  error: unknown,
): Promise<boolean | undefined> {
  try {
    const { ExecutionStatus } = await aws.cloudFormation.send(
      new aws.sdk.DescribeChangeSetCommand({ ChangeSetName: changeSet }),
    );
    if (ExecutionStatus?.startsWith('EXECUTE_')) return true;
    if (ExecutionStatus) return false;
  } catch (failed) {
    if (isMissing(failed)) return false;
  }
  return isTransient(error) ? undefined : false;
}
