import { BUCKET, S3_KEY, SHA256 } from '../forms.ts';
import type { Table } from '../rows.ts';

export const ARTIFACT = {
  s3Bucket: {
    kind: 'text',
    form: BUCKET,
    required: true,
    help: 'Bucket of the artifact, in the region of the stack',
  },
  s3Key: {
    kind: 'text',
    form: S3_KEY,
    required: true,
    absent: 'uploaded by its hash',
    help: 'Key of the Lambda zip in it',
  },
  sha256: {
    kind: 'text',
    form: SHA256,
    absent: 'not checked',
    help: 'Hash of the zip, checked by instances',
  },
} as const satisfies Table;
