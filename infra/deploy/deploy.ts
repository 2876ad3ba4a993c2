import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateChangeSetInput, Stack, Tag } from '@aws-sdk/client-cloudformation';
import { CLOUDFORMATION } from '../../src/aws/quotas.ts';
import type { EmittedTopology } from '../provision.ts';
import { begin } from './begin.ts';
import { capabilitiesOf, makeChangeSet, previewOf } from './change-set.ts';
import { DeployError } from './errors.ts';
import { EventReader, eventLine, follow } from './events.ts';
import { type ParameterPlan, type ParameterSources, planParameters } from './parameters.ts';
import { deleteAndWait } from './remove.ts';
import type { Session } from './session.ts';
import { actionFor, checkOwner, type DeployAction, findStack, outputsOf, SERVICE_TAG } from './stack.ts';
import { type Prepared, takeBack } from './take-back.ts';
import { templateKey, upload } from './upload.ts';

export interface Deployment extends ParameterSources {
  readonly stack: string;
  readonly service: string;
  readonly slug: string;
  readonly bucket: string;
  /** Problems with the options that only the stack's region tells. */
  readonly problemsIn?: (region: string) => readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface DeployResult {
  readonly stack: string;
  /** ARN; `undefined` when the user declined a new stack. */
  readonly stackId?: string;
  /** `declined`: the user said no, and nothing was deployed. */
  readonly result: 'created' | 'updated' | 'unchanged' | 'declined';
  readonly outputs: Readonly<Record<string, string>>;
}

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

/**
 * Creates or updates the stack by a change set, once it has been shown and confirmed.
 * @throws DeployError with the first failure when CloudFormation rolled back
 */
export async function deploy(
  session: Session,
  deployment: Deployment,
  emitted: EmittedTopology,
): Promise<DeployResult> {
  const { aws, say } = session;
  const { stack: name } = deployment;
  const { stack, action, plan } = await checkTarget(session, deployment, emitted.template);
  if (plan.keptImage) say(`the instances stay on image ${plan.keptImage}; --renewImage takes the newest`);
  if (action === 'recreate' && !(await deleteFailedStack(session, stack!))) return declined(name);
  const created = action !== 'update';
  const input: CreateChangeSetInput = {
    ...(await templateInput(session, deployment, emitted)),
    StackName: name,
    ChangeSetName: `amphi-${new Date().toISOString().replace(/\W/g, '-')}-${randomUUID().slice(0, 8)}`,
    ChangeSetType: created ? 'CREATE' : 'UPDATE',
    Capabilities: capabilitiesOf(emitted.template),
    Parameters: [...plan.parameters],
    Tags: tagsOf(deployment, stack),
  };
  const ownStack = stack === undefined || action === 'recreate';
  const prepared: Prepared = { stack: name, changeSet: input.ChangeSetName!, ownStack };
  session.undo = () => undo(aws, prepared);
  const changeSet = await makeChangeSet(aws, input, prepared);
  if (changeSet.unchanged) {
    session.undo = undefined;
    say(`stack ${name}: no changes`);
    return { stack: name, stackId: changeSet.stackId, result: 'unchanged', outputs: outputsOf(stack) };
  }
  previewOf(changeSet.changes).forEach(say);
  const question = `${created ? 'Create' : 'Update'} stack ${name} in ${aws.region}?`;
  if (!(await session.confirm(question))) {
    session.undo = undefined;
    const left = await takeBack(aws, prepared);
    if (left) say(left);
    return declined(name);
  }
  await execute(session, deployment, prepared);
  const now = await findStack(aws, changeSet.stackId);
  const result = created ? 'created' : 'updated';
  return { stack: name, stackId: changeSet.stackId, result, outputs: outputsOf(now) };
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

async function execute(session: Session, { stack }: Deployment, prepared: Prepared): Promise<void> {
  const { aws, say } = session;
  const reader = new EventReader(aws, prepared.stack);
  await reader.next();
  if (session.ending) throw new DeployError('interrupted');
  session.undo = undefined;
  session.interrupted = `stack ${stack} goes on changing in AWS: app status shows it, nothing was rolled back`;
  const input = { ChangeSetName: prepared.changeSet, ClientRequestToken: randomUUID() };
  await begin(session, new aws.sdk.ExecuteChangeSetCommand(input), stack).catch(async (error) => {
    const left = session.interrupted ? '' : await takeBack(aws, prepared);
    if (left) say(left);
    throw error;
  });
  const { status, failure } = await follow(reader, (event) => say(eventLine(event)));
  session.interrupted = '';
  if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') return;
  throw new DeployError(`stack ${stack} failed and is now in ${status}\nfirst failure: ${failure ?? status}`);
}

async function deleteFailedStack(session: Session, stack: Stack): Promise<boolean> {
  const name = stack.StackName!;
  session.say(`stack ${name} is in ROLLBACK_COMPLETE: its creation failed, and it can only be deleted`);
  if (!(await session.confirm(`Delete the failed stack ${name} and create it anew?`))) return false;
  await deleteAndWait(session, stack);
  return true;
}

/** Tags that others gave the stack stay; given ones win. */
function tagsOf({ service, tags }: Deployment, stack: Stack | undefined): Tag[] {
  const old = (stack?.Tags ?? []).map(({ Key, Value }) => [Key!, Value!] as const);
  const all = { ...Object.fromEntries(old), ...tags, [SERVICE_TAG]: service };
  return Object.entries(all).map(([Key, Value]) => ({ Key, Value }));
}

/** The template in the call where it fits, the readable form first; else through the bucket. */
async function templateInput(session: Session, deployment: Deployment, emitted: EmittedTopology) {
  const compact = JSON.stringify(emitted.template);
  for (const TemplateBody of [emitted.templateText, compact]) {
    if (Buffer.byteLength(TemplateBody) <= CLOUDFORMATION.bodyBytes) return { TemplateBody };
  }
  const { aws, say } = session;
  const bytes = Buffer.from(compact);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { bucket, slug } = deployment;
  const key = templateKey(slug, sha256);
  await upload(aws, { bucket, key, type: 'application/json' }, { bytes, sha256 }, say);
  return { TemplateURL: objectUrl(session, bucket, key) };
}

function objectUrl({ aws }: Session, bucket: string, key: string): string {
  if (aws.endpointUrl) return `${aws.endpointUrl.replace(/\/+$/, '')}/${bucket}/${key}`;
  const suffix = aws.region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://s3.${aws.region}.${suffix}/${bucket}/${key}`;
}
