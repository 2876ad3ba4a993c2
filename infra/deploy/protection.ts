/**
 * What guards the stack of a stage that is `protected`: termination protection, and a stack policy. CloudFormation
 * enforces the policy when a change set is run, and takes no temporary one with it, so a removal that is allowed is
 * let through by setting the policy before and again after.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-execute.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
 */
import { DeployError, explained } from './errors.ts';
import { GUARDED_TYPES, type Removal } from './guarded.ts';
import type { Session } from './session.ts';
import { printable } from './table.ts';

const ALLOW_ALL = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };
const DENIED = { Effect: 'Deny', Action: ['Update:Replace', 'Update:Delete'], Principal: '*' };

/** Denies the loss of every guarded resource. */
export const GUARDING_POLICY = {
  Statement: [
    ALLOW_ALL,
    { ...DENIED, Resource: '*', Condition: { StringLike: { ResourceType: [...GUARDED_TYPES] } } },
  ],
};

/** The same for all resources but some: those that stay guarded are named one by one. */
function policyBut(guarded: readonly string[], removals: readonly Removal[]): object {
  const kept = guarded.filter((name) => removals.every((removal) => removal.name !== name));
  const Resource = kept.map((name) => `LogicalResourceId/${name}`);
  return { Statement: kept.length === 0 ? [ALLOW_ALL] : [ALLOW_ALL, { ...DENIED, Resource }] };
}

async function setPolicy({ aws }: Session, stack: string, policy: object): Promise<void> {
  const input = { StackName: stack, StackPolicyBody: JSON.stringify(policy) };
  await aws.cloudFormation.send(new aws.sdk.SetStackPolicyCommand(input));
}

export interface Guarding {
  /** Name or id. */
  readonly stack: string;
  /** `false`: the stage is expressly not protected, `undefined`: what is there stays. */
  readonly protect: boolean | undefined;
  /** Whether termination protection is on already. */
  readonly terminationProtected: boolean;
}

/** @throws DeployError when the stack is as it should be, but for its protection */
export async function guard(
  session: Session,
  { stack, protect, terminationProtected }: Guarding,
): Promise<void> {
  if (protect === undefined || (!protect && !terminationProtected)) return;
  const { aws, say } = session;
  try {
    await setPolicy(session, stack, protect ? GUARDING_POLICY : { Statement: [ALLOW_ALL] });
    if (protect !== terminationProtected) {
      const input = { StackName: stack, EnableTerminationProtection: protect };
      await aws.cloudFormation.send(new aws.sdk.UpdateTerminationProtectionCommand(input));
    }
  } catch (error) {
    const why = printable((explained(error) as Error).message);
    throw new DeployError(
      `the stack is deployed, but its protection could not be ${protect ? 'set' : 'lifted'}: ${why}`,
    );
  }
  if (protect !== terminationProtected) {
    say(protect ? 'the stack is protected' : 'the stack is no longer protected: its stage says so');
  }
}

/**
 * Runs the work while the policy lets the removals through.
 * @param guarded logical names of all that the policy has to keep
 */
export async function whileAllowed<T>(
  session: Session,
  stack: string,
  guarded: readonly string[],
  removals: readonly Removal[],
  work: () => Promise<T>,
): Promise<T> {
  const names = removals.map(({ name }) => name).join(', ');
  session.stays = `the stack's policy lets ${names} go until the next app provision of the stage`;
  await setPolicy(session, stack, policyBut(guarded, removals));
  session.say(`the stack's policy lets ${names} go until this is over`);
  try {
    return await work();
  } finally {
    await closed(session, stack);
  }
}

/** A policy that closes under an update which goes on would make it fail. */
async function closed(session: Session, stack: string): Promise<void> {
  const open = session.stays!;
  session.stays = undefined;
  if (session.interrupted || session.ending) session.say(open);
  else await setPolicy(session, stack, GUARDING_POLICY).catch(() => session.say(open));
}
