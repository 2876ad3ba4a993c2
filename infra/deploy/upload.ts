import type { Aws } from './aws.ts';
import { type AwsError, DeployError, statusOf } from './errors.ts';
import { type Content, checksumsOf, send } from './send.ts';

/** Key of an artifact, named by its content. */
export const artifactKey = (slug: string, sha256: string) => `${slug}/${sha256}.zip`;

/** Key of a template that is too large for a direct call. */
export const templateKey = (slug: string, sha256: string) => `${slug}/${sha256}.template.json`;

/** Keys that {@link artifactKey} and {@link templateKey} have given, and no others. */
export const isUploadOf = (slug: string, key: string) =>
  key.startsWith(`${slug}/`) && /^[0-9a-f]{64}\.(zip|template\.json)$/.test(key.slice(slug.length + 1));

/**
 * Checks that the bucket is there, in the stack's region: Lambda takes its code from there only.
 * @throws DeployError naming the bucket and what to do
 */
export async function checkBucket(aws: Aws, bucket: string): Promise<void> {
  try {
    const { BucketRegion } = await aws.s3.send(new aws.sdk.HeadBucketCommand({ Bucket: bucket }));
    if (BucketRegion && BucketRegion !== aws.region) throw wrongRegion(aws, bucket, BucketRegion);
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) {
      throw new DeployError(
        `bucket ${bucket}: there is none; make it in ${aws.region}, or name another with --s3Bucket`,
      );
    }
    const region = (error as AwsError).$response?.headers?.['x-amz-bucket-region'];
    if (region && region !== aws.region) throw wrongRegion(aws, bucket, region);
    if (status === 301) throw wrongRegion(aws, bucket, 'another region');
    // The right to list a bucket is not needed; whether this is all that is missing, the upload will tell.
    if (status !== 403) throw error;
  }
}

function wrongRegion(aws: Aws, bucket: string, region: string): DeployError {
  return new DeployError(`bucket ${bucket} is in ${region}, the stack in ${aws.region}: both must be in one`);
}

/** Whether the object is there with exactly this content. Without the right to know, false. */
async function isUploaded(aws: Aws, bucket: string, key: string, content: Content) {
  try {
    const head = await aws.s3.send(
      new aws.sdk.HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
    );
    const sameSize = head.ContentLength === content.bytes.length;
    return sameSize && checksumsOf(content).includes(head.ChecksumSHA256?.replace(/-\d+$/, '') ?? '');
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 403) return false;
    throw error;
  }
}

/**
 * Puts the content under a key that names it, unless it is there already. S3 itself checks the content against the
 * SHA-256, so a broken upload is never stored.
 * @returns whether it was sent
 */
export async function upload(
  aws: Aws,
  target: { readonly bucket: string; readonly key: string; readonly type: string },
  content: Content,
  say: (line: string) => void,
): Promise<boolean> {
  const { bucket, key, type } = target;
  const place = `s3://${bucket}/${key}`;
  if (await isUploaded(aws, bucket, key, content)) {
    say(`${place} is there already`);
    return false;
  }
  say(`uploading ${(content.bytes.length / 1e6).toFixed(1)} MB to ${place}`);
  await send(aws, { Bucket: bucket, Key: key, ContentType: type }, content, say);
  return true;
}

/** @throws DeployError when the named object is not there */
export async function requireObject(aws: Aws, bucket: string, key: string): Promise<void> {
  try {
    await aws.s3.send(new aws.sdk.HeadObjectCommand({ Bucket: bucket, Key: key }));
  } catch (error) {
    if (statusOf(error) === 404) throw new DeployError(`s3://${bucket}/${key}: there is no such object`);
    // S3 says 403 for a missing object to those who may not list; CloudFormation will find out.
    if (statusOf(error) !== 403) throw error;
  }
}
