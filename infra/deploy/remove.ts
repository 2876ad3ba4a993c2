import type { Stack } from '@aws-sdk/client-cloudformation';
import type { Aws } from './aws.ts';
import { begin } from './begin.ts';
import { DeployError } from './errors.ts';
import { EventReader, eventLine, follow } from './events.ts';
import type { Session } from './session.ts';
import { table } from './table.ts';

/** What a stack's own template says about its deletion. */
export interface DeletionPlan {
  /** Resources that stay, `[logical name, type]`. */
  readonly retained: readonly (readonly [string, string])[];
  /** Bucket of the functions' code, where the template names one. */
  readonly bucket?: string;
}

interface PlannedResource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties?: { readonly Code?: { readonly S3Bucket?: unknown } };
}

/** Reads the deployed template. One that is not JSON was not made here; nothing is known of it then. */
export async function deletionPlan(aws: Aws, stackId: string): Promise<DeletionPlan> {
  const { TemplateBody = '' } = await aws.cloudFormation.send(
    new aws.sdk.GetTemplateCommand({ StackName: stackId }),
  );
  let resources: [string, PlannedResource][];
  try {
    const { Resources = {} } = JSON.parse(TemplateBody) as { Resources?: Record<string, PlannedResource> };
    resources = Object.entries(Resources);
  } catch {
    return { retained: [] };
  }
  const kept = resources.filter(([, { DeletionPolicy = 'Delete' }]) => DeletionPolicy !== 'Delete');
  const buckets = resources.map(([, { Properties }]) => Properties?.Code?.S3Bucket);
  return {
    retained: kept.map(([name, { Type }]) => [name, Type]),
    bucket: buckets.find((bucket) => typeof bucket === 'string') as string | undefined,
  };
}

/** @throws DeployError with the first failure when something could not be deleted */
export async function deleteAndWait(session: Session, stack: Stack): Promise<readonly string[]> {
  const { aws, say } = session;
  const [name, id] = [stack.StackName!, stack.StackId!];
  const reader = new EventReader(aws, id);
  await reader.next();
  session.interrupted = `stack ${name} goes on being deleted in AWS: app status shows it`;
  await begin(session, new aws.sdk.DeleteStackCommand({ StackName: id }), name);
  const { status, failure, retained } = await follow(reader, (event) => say(eventLine(event)));
  session.interrupted = '';
  if (status === 'DELETE_COMPLETE') return retained;
  throw new DeployError(
    `stack ${name} is not deleted and now in ${status}\nfirst failure: ${failure ?? status}`,
  );
}

/** Deletes the stack once that is confirmed. @returns false when the user said no */
export async function removeStack(session: Session, stack: Stack, plan: DeletionPlan): Promise<boolean> {
  const { aws, say } = session;
  const name = stack.StackName!;
  if (stack.EnableTerminationProtection) {
    throw new DeployError(`stack ${name} is protected: turn its termination protection off first`);
  }
  if (plan.retained.length > 0) {
    say('These resources stay, as the template retains them:');
    table(plan.retained).forEach((line) => void say(`  ${line}`));
  }
  if (!(await session.confirm(`Delete stack ${name} in ${aws.region}?`))) return false;
  const skipped = await deleteAndWait(session, stack);
  const surprises = skipped.filter((resource) => plan.retained.every(([known]) => known !== resource));
  if (surprises.length > 0) say(`CloudFormation left these alone as well: ${surprises.join(', ')}`);
  return true;
}
