import type { Stack } from '@aws-sdk/client-cloudformation';
import type { Aws } from './aws.ts';
import { deployedTemplate } from './deployed-template.ts';
import { DeployError } from './errors.ts';
import { keysOfHistory, notesOf } from './history.ts';
import { SERVICE_TAG } from './stack.ts';
import { isUploadOf } from './upload.ts';

/** Keys of the bucket that a stack needs, by its name. */
export type Needed = readonly (readonly [stack: string, keys: readonly string[]])[];

/**
 * What other stacks of the service, such as those of its other stages, need of the uploads: what their templates name,
 * and what they could be rolled back to. Stacks of other accounts are not known here; those of other regions need a
 * bucket of their own.
 */
export async function neededUploads(
  aws: Aws,
  bucket: string,
  service: string,
  slug: string,
  except: string,
): Promise<Needed> {
  const others = (await stacksOf(aws, service)).filter(({ StackName }) => StackName !== except);
  return Promise.all(
    others.map(async ({ StackName, StackId }) => {
      const text = JSON.stringify(await deployedTemplate(aws, StackId!));
      const history = await keysOfHistory(aws, bucket, slug, StackName!);
      return [StackName!, [...new Set([...keysIn(text, slug), ...history])]] as const;
    }),
  );
}

async function stacksOf(aws: Aws, service: string): Promise<Stack[]> {
  const found: Stack[] = [];
  let token: string | undefined;
  do {
    const { Stacks = [], NextToken } = await aws.cloudFormation.send(
      new aws.sdk.DescribeStacksCommand({ NextToken: token }),
    );
    found.push(...Stacks);
    token = NextToken;
  } while (token);
  return found.filter(
    ({ StackStatus, Tags }) =>
      StackStatus !== 'DELETE_COMPLETE' &&
      StackStatus !== 'REVIEW_IN_PROGRESS' &&
      Tags?.some(({ Key, Value }) => Key === SERVICE_TAG && Value === service),
  );
}

/** Keys of uploads that a text names. */
function keysIn(text: string, slug: string): string[] {
  return text.match(new RegExp(`${slug}/[0-9a-f]{64}\\.(?:zip|template\\.json)`, 'g')) ?? [];
}

/** Deletes what is noted of a deleted stack's deployments. */
export async function deleteHistory(aws: Aws, bucket: string, slug: string, stack: string): Promise<void> {
  const keys = await notesOf(aws, bucket, slug, stack);
  // The most that one call takes.
  for (let at = 0; at < keys.length; at += 1000) await deleteKeys(aws, bucket, keys.slice(at, at + 1000));
}

/** Deletes the uploads of the service from the bucket but those that are needed. @returns the keys deleted */
export async function deleteUploads(
  aws: Aws,
  bucket: string,
  slug: string,
  needed: Needed = [],
): Promise<string[]> {
  const kept = new Set(needed.flatMap(([, keys]) => keys));
  const deleted: string[] = [];
  let token: string | undefined;
  do {
    const list = { Bucket: bucket, Prefix: `${slug}/`, ContinuationToken: token };
    const page = await aws.s3.send(new aws.sdk.ListObjectsV2Command(list));
    const keys = (page.Contents ?? []).map(({ Key }) => Key!);
    const spare = keys.filter((key) => isUploadOf(slug, key) && !kept.has(key));
    if (spare.length > 0) await deleteKeys(aws, bucket, spare);
    deleted.push(...spare);
    token = page.NextContinuationToken;
  } while (token);
  return deleted;
}

async function deleteKeys(aws: Aws, bucket: string, keys: string[]): Promise<void> {
  const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
  const { Errors } = await aws.s3.send(new aws.sdk.DeleteObjectsCommand({ Bucket: bucket, Delete }));
  const first = Errors?.[0];
  if (first) throw new DeployError(`s3://${bucket}/${first.Key} stays: ${first.Code} ${first.Message}`);
}
