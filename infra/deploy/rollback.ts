import { type AmphiMetadata, metadataOf } from '../template/metadata.ts';
import type { Template } from '../topology/types.ts';
import { DeployError } from './errors.ts';
import type { Deployed } from './history.ts';

/**
 * A deployed template with another artifact: in the code of functions, the instances' right to read it, their user-data
 * with its SHA-256, and where the version is told. All else stays as it is deployed.
 * @throws DeployError for a template that does not say which artifact it is of
 */
export function withArtifact(template: Template, to: Deployed): Template {
  const from = metadataOf(template);
  if (from === undefined) {
    throw new DeployError(
      'the deployed template does not tell its artifact (Metadata.Amphi): deploy once by app provision first',
    );
  }
  const version = to.version ?? 'unknown';
  const changed = replaced(template, replacements(from, to), version) as Template;
  const { Sha256: _, ...rest } = from;
  const Amphi: AmphiMetadata = {
    ...rest,
    Version: version,
    S3Key: to.key,
    ...(to.sha256 === undefined ? {} : { Sha256: to.sha256 }),
  };
  return { ...changed, Metadata: { ...changed.Metadata, Amphi } };
}

type Replacement = (text: string) => string;

function replacements(from: AmphiMetadata, to: Deployed): Replacement[] {
  const { Service, Version, S3Bucket, S3Key, Sha256 } = from;
  // The key as a whole only: another object's may end or begin alike.
  const key = new RegExp(`(?<=^|[^\\w./-]|${escaped(S3Bucket)}/)${escaped(S3Key)}(?![\\w./-])`, 'g');
  return [
    (text) => text.replace(key, () => to.key),
    (text) => (Sha256 === undefined ? text : text.replaceAll(Sha256, () => to.sha256 ?? '')),
    (text) => text.replaceAll(`${Service} ${Version}`, () => `${Service} ${to.version ?? 'unknown'}`),
  ];
}

/** @param version for the tag that holds nothing else */
function replaced(value: unknown, all: readonly Replacement[], version: string): unknown {
  if (typeof value === 'string') return all.reduce((text, replace) => replace(text), value);
  if (Array.isArray(value)) return value.map((item) => replaced(item, all, version));
  if (typeof value !== 'object' || value === null) return value;
  const { Key } = value as { readonly Key?: unknown };
  const entries = Object.entries(value).map(([name, child]) => [
    name,
    Key === 'amphi:version' && name === 'Value' ? version : replaced(child, all, version),
  ]);
  return Object.fromEntries(entries);
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
