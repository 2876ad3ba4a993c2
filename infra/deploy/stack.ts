import type { Stack } from '@aws-sdk/client-cloudformation';
import { OptionsError } from '../topology/errors.ts';
import type { Aws } from './aws.ts';
import { DeployError, isMissingStack } from './errors.ts';

/** Tag that says which service a stack is of; another's stack is never replaced nor deleted. */
export const SERVICE_TAG = 'amphi:service';

/** The stack by name, or by id once it is deleted; `undefined` when there is none. */
export async function findStack(aws: Aws, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks } = await aws.cloudFormation.send(new aws.sdk.DescribeStacksCommand({ StackName: name }));
    const stack = Stacks?.[0];
    return stack?.StackStatus === 'DELETE_COMPLETE' && name === stack.StackName ? undefined : stack;
  } catch (error) {
    if (isMissingStack(error)) return undefined;
    throw error;
  }
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-using-console-create-stack.html */
export function checkStackName(name: string): void {
  if (/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name)) return;
  throw new OptionsError(
    `--stack ${JSON.stringify(name)} is not 1 to 128 letters, digits and hyphens with a letter first`,
  );
}

/** @throws DeployError when the stack carries no tag of this service */
export function checkOwner(stack: Stack, service: string): void {
  const owner = stack.Tags?.find(({ Key }) => Key === SERVICE_TAG)?.Value;
  if (owner === service) return;
  const has = owner === undefined ? 'has no' : `has ${SERVICE_TAG}=${owner}, not the`;
  throw new DeployError(
    `stack ${stack.StackName} ${has} tag ${SERVICE_TAG}=${service}: name another with --stack, or tag it if it is of this service`,
  );
}

/** What a deployment does to a stack: create it, update it, or delete it first and create it anew. */
export type DeployAction = 'create' | 'update' | 'recreate';

const STUCK: Readonly<Record<string, string>> = {
  CREATE_FAILED: 'delete it first: app delete',
  ROLLBACK_FAILED: 'delete it first: app delete',
  DELETE_FAILED: 'look why with app status, then run app delete again',
  UPDATE_ROLLBACK_FAILED: 'continue the rollback in CloudFormation (continue-update-rollback) first',
  UPDATE_FAILED: 'roll it back in CloudFormation (rollback-stack) first',
};

/** @throws DeployError when nothing can be done now */
export function actionFor(stack: Stack | undefined): DeployAction {
  const status = stack?.StackStatus;
  // A stack in review is an empty shell: somebody made a change set and ran none.
  if (!stack || !status || status === 'DELETE_COMPLETE' || status === 'REVIEW_IN_PROGRESS') return 'create';
  if (status === 'ROLLBACK_COMPLETE') return 'recreate';
  const name = stack.StackName;
  if (STUCK[status]) throw new DeployError(`stack ${name} is in ${status}: ${STUCK[status]}`);
  if (status.endsWith('_IN_PROGRESS')) {
    throw new DeployError(`stack ${name} is busy (${status}): wait until app status shows it done`);
  }
  return 'update';
}

/** The stack's outputs by name. */
export function outputsOf(stack: Stack | undefined): Record<string, string> {
  const outputs = stack?.Outputs ?? [];
  return Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue ?? '']));
}
