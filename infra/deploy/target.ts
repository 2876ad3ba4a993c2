import type { Stack } from '@aws-sdk/client-cloudformation';
import type { EmittedTopology } from '../provision.ts';
import { DeployError } from './errors.ts';
import { type ParameterPlan, type ParameterSources, planParameters } from './parameters.ts';
import type { Session } from './session.ts';
import { actionFor, checkOwner, type DeployAction, findStack } from './stack.ts';

export interface Deployment extends ParameterSources {
  readonly stack: string;
  readonly service: string;
  readonly slug: string;
  readonly bucket: string;
  /** Problems with the options that only the stack's region tells. */
  readonly problemsIn?: (region: string) => readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Logical names of guarded resources that may be removed or replaced. Default: none. */
  readonly allowRemoval?: readonly string[];
  /** Whether the stack is to be guarded; `undefined` leaves that as it is. */
  readonly protect?: boolean | undefined;
  /** Role that CloudFormation takes. Default: that of an earlier call, or the caller's own rights. */
  readonly roleArn?: string | undefined;
}

/** What is deployed: emitted, or deployed before. */
export type Deployable = Pick<EmittedTopology, 'template' | 'templateText'>;

/** The stack as it is now, and what is to be done with it. */
export interface Target {
  readonly stack: Stack | undefined;
  readonly action: DeployAction;
  readonly plan: ParameterPlan;
}

/** Refuses what cannot work before anything is uploaded. @throws DeployError with every problem of the options */
export async function checkTarget(
  { aws }: Session,
  deployment: Deployment,
  template: EmittedTopology['template'],
): Promise<Target> {
  const stack = await findStack(aws, deployment.stack);
  if (stack && stack.StackStatus !== 'REVIEW_IN_PROGRESS') checkOwner(stack, deployment.service);
  const action = actionFor(stack);
  // Values given to a stack whose creation failed are worth keeping; the stack itself is not.
  const kept = action === 'create' ? undefined : stack;
  const plan = await planParameters(aws, template, deployment, kept, action === 'update');
  const problems = [...(deployment.problemsIn?.(aws.region) ?? []), ...plan.problems];
  if (problems.length > 0) throw new DeployError(problems.join('\n'));
  return { stack, action, plan };
}
