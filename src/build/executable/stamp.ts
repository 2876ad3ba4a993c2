/** Remembers what the last build was made of, so that an unchanged one is skipped. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, sha256, sha256File, writeAtomic } from './files.ts';
import type { Snapshot } from './snapshot.ts';

/** A finished build: the key of its inputs and the hashes of its two files. */
export interface Stamp {
  key: string;
  executable: string;
  zip: string;
  /** By which the next build can do without a bundle to compare. */
  shortcut?: Shortcut;
}

export interface Shortcut {
  /** Of options, tools and environment. */
  readonly key: string;
  readonly inputs: Snapshot;
  /** Hash of the values of each embedded module, which may read anything and so is run again. */
  readonly embedded: Readonly<Record<string, string>>;
  readonly made: Made;
}

/** What a build tells of its bundle. */
export interface Made {
  readonly buildId: string;
  /** In bytes. */
  readonly bundleSize: number;
  readonly warnings: readonly string[];
}

/** The files of a build. */
export interface Outputs {
  readonly executable: string;
  readonly zip: string;
}

/** The file that holds the stamp of the build into `executable`. */
export function stampPath(cacheDir: string, executable: string): string {
  return join(cacheDir, 'stamps', `${sha256(executable).slice(0, 16)}.json`);
}

export async function readStamp(path: string): Promise<Partial<Stamp>> {
  return ((await readJson(path)) as Partial<Stamp> | undefined) ?? {};
}

export function writeStamp(path: string, stamp: Stamp): Promise<void> {
  return writeAtomic(path, `${JSON.stringify(stamp)}\n`);
}

/** The last build's stamp when it had the same key and both files are still exactly what it wrote. */
export async function currentStamp(path: string, key: string, outputs: Outputs) {
  const stamp = await readStamp(path);
  return stamp.key === key && (await areWritten(stamp, outputs)) ? (stamp as Stamp) : undefined;
}

/** Whether both files are still exactly what the build wrote. */
export async function areWritten(stamp: Partial<Stamp>, { executable, zip }: Outputs): Promise<boolean> {
  const [executableHash, zipHash] = await Promise.all([sha256File(executable), sha256File(zip)]);
  if (!executableHash || executableHash !== stamp.executable || zipHash !== stamp.zip) return false;
  const { mode } = await stat(executable);
  return (mode & 0o777) === 0o755;
}
