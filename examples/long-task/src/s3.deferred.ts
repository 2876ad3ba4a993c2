/** The build keeps a `*.deferred` module out of what Lambda starts: it is loaded at its first use. */
export { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
