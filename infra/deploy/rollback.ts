import { versionName } from '../template/aliases.ts';
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
  return { ...withVersions(changed), Metadata: { ...changed.Metadata, Amphi } };
}

/** A published version never changes: one of another artifact needs another logical name, as the emitter gives it. */
function withVersions(template: Template): Template {
  const names = Object.entries(template.Resources).flatMap(([name, { Type }]) => {
    const fn = /^(\w+)Version[0-9a-f]{8}$/.exec(name)?.[1];
    const source = fn === undefined ? undefined : template.Resources[fn];
    return Type === 'AWS::Lambda::Version' && source ? [[name, versionName(fn!, source)] as const] : [];
  });
  const text = names.reduce((json, [from, to]) => json.replaceAll(from, to), JSON.stringify(template));
  return JSON.parse(text);
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
