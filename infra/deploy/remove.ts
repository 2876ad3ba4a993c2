import { randomUUID } from 'node:crypto';
import type { Stack } from '@aws-sdk/client-cloudformation';
import { metadataOf } from '../template/metadata.ts';
import type { Aws } from './aws.ts';
import { begin } from './begin.ts';
import { deployedTemplate } from './deployed-template.ts';
import { DeployError } from './errors.ts';
import { EventReader, follow, liveLine } from './events.ts';
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
  const template = await deployedTemplate(aws, stackId);
  const resources = Object.entries((template?.Resources ?? {}) as Record<string, PlannedResource>);
  const kept = resources.filter(([, { DeletionPolicy = 'Delete' }]) => DeletionPolicy !== 'Delete');
  const buckets = resources.map(([, { Properties }]) => Properties?.Code?.S3Bucket);
  const named = buckets.find((bucket) => typeof bucket === 'string') as string | undefined;
  return {
    retained: kept.map(([name, { Type }]) => [name, Type]),
    ...given(metadataOf(template)?.S3Bucket ?? named),
  };
}

const given = (bucket: string | undefined) => (bucket === undefined ? {} : { bucket });

/** @throws DeployError with the first failure when something could not be deleted */
export async function deleteAndWait(
  session: Session,
  stack: Stack,
  roleArn?: string,
): Promise<readonly string[]> {
  const { aws, say } = session;
  const [name, id] = [stack.StackName!, stack.StackId!];
  const reader = new EventReader(aws, id);
  await reader.next();
  session.interrupted = `stack ${name} goes on being deleted in AWS: app status shows it`;
  const input = { StackName: id, ClientRequestToken: randomUUID(), ...(roleArn && { RoleARN: roleArn }) };
  await begin(session, new aws.sdk.DeleteStackCommand(input), name);
  const { status, failure, retained } = await follow(reader, (event) => say(liveLine(event)));
  session.interrupted = '';
  if (status === 'DELETE_COMPLETE') return retained;
  throw new DeployError(
    `stack ${name} is not deleted and now in ${status}\nfirst failure: ${failure ?? status}`,
  );
}

/** Deletes the stack once that is confirmed. @returns false when the user said no */
export async function removeStack(
  session: Session,
  stack: Stack,
  plan: DeletionPlan,
  roleArn?: string,
): Promise<boolean> {
  const { aws, say } = session;
  const name = stack.StackName!;
  if (stack.EnableTerminationProtection) {
    throw new DeployError(
      `stack ${name} is protected: provision its stage with protected: false, or turn its termination protection off, first`,
    );
  }
  if (plan.retained.length > 0) {
    say('These resources stay, as the template retains them:');
    table(plan.retained).forEach((line) => void say(`  ${line}`));
  }
  if (!(await session.confirm(`Delete stack ${name} in ${aws.region}?`))) return false;
  const skipped = await deleteAndWait(session, stack, roleArn);
  const surprises = skipped.filter((resource) => plan.retained.every(([known]) => known !== resource));
  if (surprises.length > 0) say(`CloudFormation left these alone as well: ${surprises.join(', ')}`);
  return true;
}
