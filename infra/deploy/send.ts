import { createHash } from 'node:crypto';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { Aws } from './aws.ts';

/** Larger objects go in parts of this size: one that fails is sent again by itself, and progress can be told. */
const PART_BYTES = 8 * 1024 * 1024;

/** Progress is told when this share of the whole is sent since the last line. */
const STEP = 0.2;

export interface Content {
  readonly bytes: Buffer;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Sends an object. S3 itself checks the SHA-256, of the whole or of each part, so a broken upload is never stored. */
export async function send(
  aws: Aws,
  target: Pick<PutObjectCommandInput, 'Bucket' | 'Key' | 'ContentType'>,
  content: Content,
  say: (line: string) => void,
): Promise<void> {
  const { bytes } = content;
  const params = { ...target, Body: bytes, ChecksumAlgorithm: 'SHA256' } as const;
  if (bytes.length <= PART_BYTES) {
    const put = { ...params, ChecksumSHA256: base64(content.sha256) };
    return void (await aws.s3.send(new aws.sdk.PutObjectCommand(put)));
  }
  const upload = new aws.sdk.Upload({ client: aws.s3, params, partSize: PART_BYTES });
  let told = 0;
  upload.on('httpUploadProgress', ({ loaded = 0 }) => {
    if (loaded >= bytes.length || loaded - told < bytes.length * STEP) return;
    told = loaded;
    say(`${(loaded / 1e6).toFixed(1)} of ${(bytes.length / 1e6).toFixed(1)} MB are sent`);
  });
  await upload.done();
}

/**
 * The checksums that S3 may give for this content: of the whole, and of the parts' checksums. Behind the latter it
 * says how many there were.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export function checksumsOf({ bytes, sha256 }: Content): string[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    parts.push(
      createHash('sha256')
        .update(bytes.subarray(at, at + PART_BYTES))
        .digest(),
    );
  }
  const composite = createHash('sha256').update(Buffer.concat(parts)).digest('base64');
  return [base64(sha256), composite];
}

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
