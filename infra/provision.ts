import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { supervisordParts } from './instance/supervisord-conf.ts';
import { userData } from './instance/user-data/index.ts';
import { readable } from './instance/user-data/template.ts';
import { withBoundary } from './template/boundary.ts';
import { decorated } from './template/decorate.ts';
import { topologyTemplate } from './template/index.ts';
import { withMetadata } from './template/metadata.ts';
import { hasInstances } from './topology/sides.ts';
import type { Template, Topology, TopologyOptions } from './topology/types.ts';
import { checkedTopology } from './topology/validate.ts';
import { type Wiring, wiringOf } from './wiring/index.ts';

/** What `app provision` emits for a service. The same options always give the same texts. */
export interface EmittedTopology {
  readonly template: Template;
  /** `template` as indented JSON with a final line end. */
  readonly templateText: string;
  /** The user-data for reading: bash in which expressions are still JSON. Empty where nothing runs on instances. */
  readonly userData: string;
  /** Bytes of the user-data, the longest it can resolve to; at most `USER_DATA_LIMIT`. */
  readonly userDataBytes: number;
  /** The sections of supervisord that the user-data installs, expressions as JSON. */
  readonly supervisordConf: string;
}

/**
 * Template, user-data and supervisord configuration of the mixed topology. Touches neither network nor disk.
 *
 * @throws ProvisionError for flags (each line names its own), function names that collide, values that
 *   supervisord cannot hold, too much user-data, and an inconsistent decorated template
 * @example
 * ```ts
 * import { emitTopology, type TopologyOptions } from 'amphi/infra';
 *
 * const options: TopologyOptions = {
 *   service: { name: 'shop', version: '1.0.0', functions: ['work'], hasRoutes: true },
 *   s3Bucket: 'my-artifacts',
 *   s3Key: 'shop/app.zip',
 * };
 *
 * const { template, userDataBytes } = emitTopology({ ...options, memorySize: 512 });
 * console.log(template.AWSTemplateFormatVersion, userDataBytes < 16_384); // 2010-09-09 true
 * ```
 */
export function emitTopology(options: TopologyOptions): EmittedTopology {
  const topology = checkedTopology(options);
  const wiring = wiringOf(topology);
  const boot = hasInstances(topology.sides) ? bootOf(topology, wiring) : undefined;
  const plain = topologyTemplate(topology, wiring, boot?.script.value);
  // Twice: a decorator sees both, and may give another template, or add roles.
  const finished = (template: Template) => withMetadata(withBoundary(template, topology), topology);
  const template = finished(decorated(finished(plain), topology));
  return {
    template,
    templateText: `${JSON.stringify(template, null, 2)}\n`,
    userData: boot?.script.text ?? '',
    userDataBytes: boot?.script.bytes ?? 0,
    supervisordConf: boot?.conf ?? '',
  };
}

function bootOf(topology: Topology, wiring: Wiring) {
  const conf = supervisordParts(topology, wiring);
  return { conf: `${readable(conf)}\n`, script: userData(topology, conf) };
}

/** Files that {@link writeTopology} writes. */
export const TOPOLOGY_FILES = {
  template: 'template.json',
  userData: 'user-data.sh',
  supervisordConf: 'supervisord.conf',
} as const;

/**
 * Writes template.json and, where anything runs on instances, user-data.sh and supervisord.conf into `dir`, which is made
 * when absent. Each file appears whole or not at all; when one cannot be written, none of the new ones replaces its predecessor.
 *
 * @returns the paths written
 * @throws the file system's error, which names the path
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { basename, join } from 'node:path';
 * import { tmpdir } from 'node:os';
 * import { emitTopology, type TopologyOptions, writeTopology } from 'amphi/infra';
 *
 * const options: TopologyOptions = {
 *   service: { name: 'shop', version: '1.0.0', functions: ['work'], hasRoutes: true },
 *   s3Bucket: 'my-artifacts',
 *   s3Key: 'shop/app.zip',
 * };
 *
 * const dir = await mkdtemp(join(tmpdir(), 'stack-'));
 * const paths = await writeTopology(dir, emitTopology(options));
 * console.log(paths.map((path) => basename(path)).join(' ')); // template.json user-data.sh supervisord.conf
 * await rm(dir, { recursive: true });
 * ```
 */
export async function writeTopology(dir: string, emitted: EmittedTopology): Promise<string[]> {
  const files = [
    [TOPOLOGY_FILES.template, emitted.templateText],
    [TOPOLOGY_FILES.userData, emitted.userData],
    [TOPOLOGY_FILES.supervisordConf, emitted.supervisordConf],
  ].map(([name, text]) => ({
    path: join(dir, name!),
    temporary: join(dir, `.${name}.${process.pid}`),
    text: text!,
  }));
  const written = files.filter(({ text }) => text !== '');
  await mkdir(dir, { recursive: true });
  try {
    for (const { temporary, text } of written) await writeFile(temporary, text);
    for (const { temporary, path } of written) await rename(temporary, path);
    // Of an earlier topology, which had instances.
    for (const { path, text } of files) if (text === '') await rm(path, { force: true });
  } finally {
    // A failure to tidy up must not hide the first one.
    for (const { temporary } of written) await rm(temporary, { force: true }).catch(() => {});
  }
  return written.map(({ path }) => path);
}
