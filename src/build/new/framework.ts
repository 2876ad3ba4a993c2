/** Where the framework's own package is, and what a new service must write to depend on it. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { BuildError } from '../executable/errors.ts';
import { readJson } from '../executable/files.ts';

export interface Framework {
  /** Absolute path of the package. */
  readonly root: string;
  readonly name: string;
  readonly version: string;
  /** Exact versions of its dependencies, those of development too. */
  readonly versions: Readonly<Record<string, string>>;
}

interface Manifest {
  name: string;
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

/** The package this module is in: the nearest package.json above, in the sources as when installed. */
export async function findFramework(from: string = import.meta.dirname): Promise<Framework> {
  let root = from;
  while (!existsSync(join(root, 'package.json'))) root = dirname(root);
  const manifest: Manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { name, version, dependencies, devDependencies } = manifest;
  return { root, name, version, versions: { ...devDependencies, ...dependencies } };
}

/**
 * What the package.json in `dir` must name to get this framework.
 * @param given a version, a URL, or a tarball's path relative to the working directory; default where npm installed
 * the framework from. A bare version is never the default by itself: the registry's package could be another's.
 * @throws BuildError when a tarball is missing, or nothing is known
 */
export async function dependencySpec(
  framework: Framework,
  dir: string,
  given: string | undefined,
): Promise<string> {
  const from = given ?? (await installedFrom(framework));
  if (from === undefined) {
    throw new BuildError(
      '--framework: needed, as amphi was not installed by npm from a tarball or a registry',
    );
  }
  if (/\s/.test(from)) throw new BuildError(`--framework ${JSON.stringify(from)}: has white space`);
  if (/^[a-z+]{2,}:\/\//.test(from) || /^[~^]?\d+\.\d+\.\d+/.test(from)) return from;
  const tarball = resolve(from.replace(/^file:/, ''));
  if (!existsSync(tarball)) {
    const why =
      given === undefined
        ? 'amphi was installed from it: pass --framework'
        : 'pass a version, URL or tarball';
    throw new BuildError(`--framework: there is no ${tarball}; ${why}`);
  }
  return `file:${relative(dir, tarball)}`;
}

/** npm keeps in node_modules where it got each package from. */
async function installedFrom({ root, name, version }: Framework): Promise<string | undefined> {
  const modules = dirname(root);
  if (basename(modules) !== 'node_modules') return undefined;
  const lock = (await readJson(join(modules, '.package-lock.json'))) as
    | { packages?: Record<string, { resolved?: string }> }
    | undefined;
  const resolved = lock?.packages?.[`node_modules/${name}`]?.resolved;
  if (resolved === undefined) return undefined;
  if (resolved.startsWith('file:')) return resolve(modules, '..', resolved.slice('file:'.length));
  return resolved.endsWith(`/${name}/-/${name}-${version}.tgz`) ? version : resolved;
}
