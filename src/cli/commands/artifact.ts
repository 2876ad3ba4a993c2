import { isSea } from 'node:sea';
import type { Artifact, Session } from '../../../infra/deploy/index.ts';
import type { TopologyOptions } from '../../../infra/index.ts';
import { ConfigError } from '../../core/index.ts';
import { FlagError } from '../flag-values.ts';

/** Flags that say what is deployed. */
export interface ArtifactFlags {
  readonly artifact?: string;
  readonly s3Key?: string;
}

/** Any content: flags are checked by it before the artifact is read. */
export const STAND_IN = '0'.repeat(64);

/** @throws FlagError when the artifact is named twice */
export function checkArtifactFlags({ artifact, s3Key }: ArtifactFlags): void {
  if (artifact === undefined || s3Key === undefined) return;
  throw new FlagError('--artifact is uploaded under its content hash: it cannot go with --s3Key');
}

export interface StoredArtifact {
  readonly bucket: string;
  readonly key: string;
  readonly sha256: string | undefined;
  /** Whether it was new to the bucket. */
  readonly uploaded: boolean;
}

/** Uploads the artifact where it is new. With --s3Key there is nothing to upload. */
export async function storeArtifact(
  flags: ArtifactFlags,
  options: TopologyOptions,
  session: Session,
  slug: string,
): Promise<StoredArtifact | undefined> {
  const { artifactKey, requireObject, upload } = await import('../../../infra/deploy/index.ts');
  const bucket = options.s3Bucket;
  if (options.s3Key !== undefined) {
    await requireObject(session.aws, bucket, options.s3Key);
    return undefined;
  }
  const artifact = await artifactFor(flags.artifact, options, session.say, 'provision');
  const { sha256 } = artifact;
  const key = artifactKey(slug, sha256);
  const uploaded = await upload(session.aws, { bucket, key, type: 'application/zip' }, artifact, session.say);
  return { bucket, key, sha256, uploaded };
}

/** The artifact that --artifact names, else this executable. @throws ConfigError where it is not what was told */
export async function artifactFor(
  named: string | undefined,
  options: TopologyOptions,
  say: (line: string) => void,
  command: string,
): Promise<Artifact> {
  const artifact = await findArtifact(named, say, command);
  if (options.sha256 !== undefined && options.sha256 !== artifact.sha256) {
    throw new ConfigError(`--sha256: the artifact ${artifact.source} has another one, ${artifact.sha256}`);
  }
  return artifact;
}

async function findArtifact(
  named: string | undefined,
  say: (line: string) => void,
  command: string,
): Promise<Artifact> {
  const { artifactOf, namedArtifact } = await import('../../../infra/deploy/index.ts');
  if (named !== undefined) return namedArtifact(named);
  if (isSea()) return artifactOf(process.execPath, say);
  throw new ConfigError(
    `${command}: from source there is no artifact; build first, or name a zip with --artifact`,
  );
}
