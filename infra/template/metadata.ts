import type { Template, Topology } from '../topology/types.ts';

/** What a stack is a deployment of: `Metadata.Amphi` of its template. */
export interface AmphiMetadata {
  readonly Service: string;
  readonly Version: string;
  readonly Stage?: string;
  readonly S3Bucket: string;
  readonly S3Key: string;
  readonly Sha256?: string;
}

/** The template with what it is a deployment of, by which the commands know the artifact and the version of a stack. */
export function withMetadata(template: Template, topology: Topology): Template {
  const { service, s3Bucket, s3Key, sha256, environment } = topology;
  const { AMPHI_STAGE: stage } = environment;
  const Amphi: AmphiMetadata = {
    Service: service.name,
    Version: service.version,
    ...(stage === undefined ? {} : { Stage: stage }),
    S3Bucket: s3Bucket,
    S3Key: s3Key,
    ...(sha256 === undefined ? {} : { Sha256: sha256 }),
  };
  const { AWSTemplateFormatVersion, Description, Metadata, ...sections } = template;
  return { AWSTemplateFormatVersion, Description, Metadata: { ...Metadata, Amphi }, ...sections };
}

/** What a template is a deployment of; `undefined` where it does not say so. */
export function metadataOf(template: Pick<Template, 'Metadata'> | undefined): AmphiMetadata | undefined {
  const found = template?.Metadata?.Amphi as AmphiMetadata | undefined;
  return typeof found?.S3Key === 'string' && typeof found.S3Bucket === 'string' ? found : undefined;
}
