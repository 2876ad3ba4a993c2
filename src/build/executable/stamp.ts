/** Remembers what the last build was made of, so that an unchanged one is skipped. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readJson, sha256, sha256File, writeAtomic } from './files.ts';

/** A finished build: the key of its inputs and the hashes of its two files. */
export interface Stamp {
  key: string;
  executable: string;
  zip: string;
}

/** Hash of everything that decides the output: the bundle itself, the base, pkg, and these scripts. */
export async function buildKey(bundleHash: string, baseHash: string, name: string): Promise<string> {
  const require = createRequire(import.meta.url);
  const versions = ['pkg', 'postject'].map((tool) => versionOf(require, tool));
  return sha256(JSON.stringify([bundleHash, baseHash, name, versions, await scriptsHash()]));
}

function versionOf(require: NodeJS.Require, tool: string): string {
  const from = tool === 'postject' ? createRequire(require.resolve('pkg/package.json')) : require;
  return `${tool}@${(from(`${tool}/package.json`) as { version: string }).version}`;
}

/** Where the writer of the zip is. */
const AWS = join(import.meta.dirname, '..', '..', 'aws');

async function scriptsHash(): Promise<string> {
  const dir = import.meta.dirname;
  const isScript = (name: string) => /(?<!\.d)\.[jt]s$/.test(name);
  const names = (await readdir(dir)).filter(isScript).sort();
  const zip = (await readdir(AWS)).filter(
    (name) => isScript(name) && /^(lambda-zip|deflated-pieces)\./.test(name),
  );
  const paths = [...names.map((name) => join(dir, name)), ...zip.map((name) => join(AWS, name))];
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return sha256(JSON.stringify([names, texts]));
}

/** The file that holds the stamp of the build into `executable`. */
export function stampPath(cacheDir: string, executable: string): string {
  return join(cacheDir, 'stamps', `${sha256(executable).slice(0, 16)}.json`);
}

export function writeStamp(path: string, stamp: Stamp): Promise<void> {
  return writeAtomic(path, `${JSON.stringify(stamp)}\n`);
}

/**
 * The last build's stamp when it had the same inputs and both files are still exactly what it wrote.
 * The bundle is made anew before each check, so a new file that shadows another is seen, not only a changed one.
 */
export async function currentStamp(path: string, key: string, executable: string, zip: string) {
  const stamp = (await readJson(path)) as Partial<Stamp> | undefined;
  if (!stamp || stamp.key !== key) return undefined;
  const [executableHash, zipHash] = await Promise.all([sha256File(executable), sha256File(zip)]);
  if (!executableHash || executableHash !== stamp.executable || zipHash !== stamp.zip) return undefined;
  const { mode } = await stat(executable);
  return (mode & 0o777) === 0o755 ? (stamp as Stamp) : undefined;
}
