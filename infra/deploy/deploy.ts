import { createHash } from 'node:crypto';
import type { CreateChangeSetInput, Stack, Tag } from '@aws-sdk/client-cloudformation';
import { CLOUDFORMATION } from '../../src/aws/quotas.ts';
import type { EmittedTopology } from '../provision.ts';
import { type ChangeSet, capabilitiesOf, deleteChangeSet, makeChangeSet, previewOf } from './change-set.ts';
import { DeployError } from './errors.ts';
import { EventReader, eventLine, follow } from './events.ts';
import { checkParameters, parametersFor } from './parameters.ts';
import { deleteAndWait } from './remove.ts';
import type { Session } from './session.ts';
import { actionFor, checkOwner, findStack, outputsOf, SERVICE_TAG } from './stack.ts';
import { templateKey, upload } from './upload.ts';

export interface Deployment {
  readonly stack: string;
  readonly service: string;
  readonly slug: string;
  readonly bucket: string;
  readonly parameters: Readonly<Record<string, string>>;
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

/** Refuses what cannot work before anything is uploaded. @returns the stack as it is now */
export async function checkTarget(
  { aws }: Session,
  deployment: Deployment,
  template: EmittedTopology['template'],
): Promise<Stack | undefined> {
  const stack = await findStack(aws, deployment.stack);
  if (stack && stack.StackStatus !== 'REVIEW_IN_PROGRESS') checkOwner(stack, deployment.service);
  const known = actionFor(stack) === 'create' ? [] : (stack?.Parameters ?? []);
  checkParameters(template, deployment.parameters, new Set(known.map(({ ParameterKey }) => ParameterKey!)));
  return stack;
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
  const stack = await checkTarget(session, deployment, emitted.template);
  const action = actionFor(stack);
  // Values given to a stack whose creation failed are worth keeping; the stack itself is not.
  const parameters = await parametersFor(
    aws,
    emitted.template,
    deployment.parameters,
    action === 'create' ? undefined : stack,
  );
  if (action === 'recreate' && !(await deleteFailedStack(session, stack!))) return declined(name);
  const created = action !== 'update';
  const changeSet = await makeChangeSet(aws, {
    ...(await templateInput(session, deployment, emitted)),
    StackName: name,
    ChangeSetName: `amphi-${new Date().toISOString().replace(/\W/g, '-')}`,
    ChangeSetType: created ? 'CREATE' : 'UPDATE',
    Capabilities: capabilitiesOf(emitted.template),
    Parameters: action === 'recreate' ? withValues(parameters, stack!) : parameters,
    Tags: tagsOf(deployment, stack),
  });
  if (changeSet.unchanged) {
    say(`stack ${name}: no changes`);
    return { stack: name, stackId: changeSet.stackId, result: 'unchanged', outputs: outputsOf(stack) };
  }
  previewOf(changeSet.changes).forEach(say);
  const question = `${created ? 'Create' : 'Update'} stack ${name} in ${aws.region}?`;
  if (!(await session.confirm(question))) {
    await deleteChangeSet(aws, changeSet, created);
    return declined(name);
  }
  await execute(session, deployment, changeSet);
  const now = await findStack(aws, changeSet.stackId);
  const result = created ? 'created' : 'updated';
  return { stack: name, stackId: changeSet.stackId, result, outputs: outputsOf(now) };
}

const declined = (stack: string): DeployResult => ({ stack, result: 'declined', outputs: {} });

async function execute(session: Session, { stack }: Deployment, changeSet: ChangeSet): Promise<void> {
  const { aws, say } = session;
  const reader = new EventReader(aws, changeSet.stackId);
  await reader.next();
  session.interrupted = `stack ${stack} goes on changing in AWS: app status shows it, nothing was rolled back`;
  await aws.cloudFormation.send(new aws.sdk.ExecuteChangeSetCommand({ ChangeSetName: changeSet.id }));
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

/** `UsePreviousValue` means nothing to a new stack. */
function withValues(parameters: CreateChangeSetInput['Parameters'], { Parameters = [] }: Stack) {
  const values = new Map(
    Parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
  );
  return parameters?.map(({ ParameterKey, ParameterValue, UsePreviousValue }) => ({
    ParameterKey,
    ParameterValue: UsePreviousValue ? values.get(ParameterKey) : ParameterValue,
  }));
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
