/** The deployments of a stack, one object each in the bucket: `SLUG/deployments/STACK/TIME.json`. */
import type { AmphiMetadata } from '../template/metadata.ts';
import type { Aws } from './aws.ts';
import { explained } from './errors.ts';
import type { Session } from './session.ts';
import { printable } from './table.ts';

/** An artifact that a stack has had, or could have. */
export interface Deployed {
  /** When it was deployed, else uploaded. ISO 8601. */
  readonly time: string;
  readonly key: string;
  readonly sha256?: string | undefined;
  readonly version?: string | undefined;
}

/** Deployments that are looked at; older ones stay in the bucket. */
const MOST = 20;

const prefixOf = (slug: string, stack: string) => `${slug}/deployments/${stack}/`;

/** Notes a deployment. One that cannot be noted is deployed all the same. */
export async function recordDeployment(
  { aws, say }: Session,
  slug: string,
  stack: string,
  { S3Bucket, S3Key, Sha256, Version }: AmphiMetadata,
): Promise<void> {
  const time = new Date().toISOString();
  const deployed: Deployed = { time, key: S3Key, sha256: Sha256, version: Version };
  const Key = `${prefixOf(slug, stack)}${time.replaceAll(':', '-')}.json`;
  const object = { Bucket: S3Bucket, Key, Body: JSON.stringify(deployed), ContentType: 'application/json' };
  try {
    await aws.s3.send(new aws.sdk.PutObjectCommand(object));
  } catch (error) {
    const why = printable((explained(error) as Error).message);
    say(`the deployment is not in the history that app rollback reads: ${why}`);
  }
}

/** Objects below a prefix, in the order of their keys. */
async function list(aws: Aws, bucket: string, prefix: string) {
  const found: { key: string; time: string }[] = [];
  let token: string | undefined;
  do {
    const page = await aws.s3.send(
      new aws.sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    );
    for (const { Key, LastModified } of page.Contents ?? [])
      found.push({ key: Key!, time: LastModified?.toISOString() ?? '' });
    token = page.NextContinuationToken;
  } while (token);
  return found;
}

/** Keys of the notes about one stack's deployments. */
export async function notesOf(aws: Aws, bucket: string, slug: string, stack: string): Promise<string[]> {
  return (await list(aws, bucket, prefixOf(slug, stack))).map(({ key }) => key);
}

/**
 * The artifacts that a stack has had, newest first, each once. Where nothing is noted, those of the service that are in
 * the bucket.
 */
export async function historyOf(aws: Aws, bucket: string, slug: string, stack: string): Promise<Deployed[]> {
  const notes = (await notesOf(aws, bucket, slug, stack)).slice(-MOST).reverse();
  const deployed = (await Promise.all(notes.map((key) => read(aws, bucket, key)))).flat();
  return distinct(deployed.length > 0 ? deployed : await uploadsOf(aws, bucket, slug));
}

async function read(aws: Aws, bucket: string, key: string): Promise<Deployed[]> {
  const { Body } = await aws.s3.send(new aws.sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
  try {
    const note = JSON.parse((await Body?.transformToString()) ?? '') as Partial<Deployed>;
    return typeof note.key === 'string' && typeof note.time === 'string' ? [note as Deployed] : [];
  } catch {
    // Not a note of ours.
    return [];
  }
}

async function uploadsOf(aws: Aws, bucket: string, slug: string): Promise<Deployed[]> {
  const found = (await list(aws, bucket, `${slug}/`)).flatMap(({ key, time }) => {
    const sha256 = /^([0-9a-f]{64})\.zip$/.exec(key.slice(slug.length + 1))?.[1];
    return sha256 === undefined ? [] : [{ time, key, sha256 }];
  });
  return found.sort((one, other) => other.time.localeCompare(one.time)).slice(0, MOST);
}

function distinct(deployed: readonly Deployed[]): Deployed[] {
  const seen = new Set<string>();
  return deployed.filter(({ key }) => !seen.has(key) && seen.add(key));
}

/** Keys of the artifacts that a stack could be rolled back to. */
export async function keysOfHistory(
  aws: Aws,
  bucket: string,
  slug: string,
  stack: string,
): Promise<string[]> {
  const notes = (await notesOf(aws, bucket, slug, stack)).slice(-MOST);
  return (await Promise.all(notes.map((key) => read(aws, bucket, key)))).flat().map(({ key }) => key);
}
