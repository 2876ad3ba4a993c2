import { createHash, randomUUID } from 'node:crypto';
import type { CreateChangeSetInput, Stack, Tag } from '@aws-sdk/client-cloudformation';
import { CLOUDFORMATION } from '../../src/aws/quotas.ts';
import { capabilitiesOf } from './change-set.ts';
import type { Session } from './session.ts';
import { SERVICE_TAG } from './stack.ts';
import type { Deployable, Deployment, Target } from './target.ts';
import { templateKey, upload } from './upload.ts';

/** What a change set is made of; a template that is too large for the call goes through the bucket. */
export async function changeSetInput(
  session: Session,
  deployment: Deployment,
  emitted: Deployable,
  { stack, action, plan }: Target,
): Promise<CreateChangeSetInput> {
  return {
    ...(await templateInput(session, deployment, emitted)),
    StackName: deployment.stack,
    ChangeSetName: `amphi-${new Date().toISOString().replace(/\W/g, '-')}-${randomUUID().slice(0, 8)}`,
    ChangeSetType: action === 'update' ? 'UPDATE' : 'CREATE',
    Capabilities: capabilitiesOf(emitted.template),
    Parameters: [...plan.parameters],
    Tags: tagsOf(deployment, stack),
    ...(deployment.roleArn === undefined ? {} : { RoleARN: deployment.roleArn }),
  };
}

/** Tags that others gave the stack stay; given ones win. */
function tagsOf({ service, tags }: Deployment, stack: Stack | undefined): Tag[] {
  const old = (stack?.Tags ?? []).map(({ Key, Value }) => [Key!, Value!] as const);
  const all = { ...Object.fromEntries(old), ...tags, [SERVICE_TAG]: service };
  return Object.entries(all).map(([Key, Value]) => ({ Key, Value }));
}

/** The template in the call where it fits, the readable form first; else through the bucket. */
async function templateInput(session: Session, deployment: Deployment, emitted: Deployable) {
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
