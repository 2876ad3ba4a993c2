/** Finds, checks and strips the Node.js executable that every service executable is made of. */
import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { ALLOWED_LIBRARIES, BASE_PACKAGE, BASE_SHA256, BASE_VERSION } from './constants.ts';
import { readNeeded } from './elf.ts';
import { BuildError, codeOf, messageOf } from './errors.ts';
import { atomically, readJson, sha256, sha256File, writeAtomic } from './files.ts';
import { takeOutSpareData } from './icu.ts';

const run = promisify(execFile);
const ICU = join(import.meta.dirname, `icu${extname(import.meta.filename)}`);

/** A checked base executable. */
export interface Base {
  /** Absolute path of the executable to inject into. */
  path: string;
  /** SHA-256 of the executable at `path`. */
  sha256: string;
  stripped: boolean;
}

/** Absolute path of the pinned base executable, resolved from the framework's own dependencies. */
export function locateBase(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${BASE_PACKAGE}/package.json`);
    return join(dirname(manifest), 'bin', 'node');
  } catch {
    throw new BuildError(
      `${BASE_PACKAGE}@${BASE_VERSION} is not installed: run npm ci (the build runs on Linux x64 only)`,
    );
  }
}

/**
 * Checks that `path` is the pinned executable, and what it needs of the system it will run on.
 * @param path executable of {@link BASE_PACKAGE}, at its place in the package (its package.json names the version)
 * @throws BuildError naming what is missing or wrong
 */
export async function checkBase(path: string): Promise<void> {
  const wanted = `${BASE_PACKAGE}@${BASE_VERSION}`;
  const digest = await sha256File(path);
  if (!digest) throw new BuildError(`base executable ${path} is missing: reinstall ${wanted}`);
  const manifest = (await readJson(join(dirname(path), '..', 'package.json'))) as
    | { version?: unknown }
    | undefined;
  if (manifest && manifest.version !== BASE_VERSION) {
    throw new BuildError(`base executable ${path} is version ${manifest.version}; ${wanted} is pinned`);
  }
  if (digest !== BASE_SHA256) {
    throw new BuildError(
      `base executable ${path} is not that of ${wanted}: sha256 ${digest}, expected ${BASE_SHA256}`,
    );
  }
  await checkLibraries(path);
}

/** Refuses an executable that a bare Lambda image cannot load. */
export async function checkLibraries(path: string): Promise<void> {
  const missing = (await readNeeded(path)).filter((library) => !ALLOWED_LIBRARIES.includes(library));
  if (missing.length > 0) {
    throw new BuildError(
      `${path} needs ${missing.join(', ')}, which the provided.al2023 image does not have`,
    );
  }
}

/**
 * A stripped copy of the checked base, made once and kept in `cacheDir`. Stripping comes before injection,
 * since it corrupts an injected executable. Without binutils the base is used as it is, with a warning.
 */
export async function prepareBase(
  path: string,
  cacheDir: string,
  warn: (text: string) => void,
): Promise<Base> {
  const cached = join(cacheDir, `node-${BASE_VERSION}-${BASE_SHA256.slice(0, 16)}-stripped`);
  try {
    return { ...(await cachedBase(cached, () => strip(path, cached))), stripped: true };
  } catch (error) {
    if (!(error instanceof NoStrip)) throw error;
    warn('strip (binutils) is not on PATH: the executable stays unstripped and about 15 MB larger');
    return { path, sha256: BASE_SHA256, stripped: false };
  }
}

class NoStrip extends Error {}

/**
 * The base without ICU's data that a service has no use for, made once and kept in `cacheDir`.
 * @param languages sorted; nothing for all
 * @throws BuildError as `takeOutSpareData`
 */
export async function withoutSpareData(
  base: Base,
  cacheDir: string,
  languages?: readonly string[],
): Promise<Base> {
  // What goes is decided by that module, too.
  const names = sha256(`${languages?.join() ?? 'all'} ${await readFile(ICU, 'utf8')}`).slice(0, 16);
  const cached = join(cacheDir, `node-${BASE_VERSION}-${base.sha256.slice(0, 16)}-icu-${names}`);
  return { ...(await cachedBase(cached, () => trim(base.path, cached, languages))), stripped: base.stripped };
}

function trim(from: string, to: string, languages?: readonly string[]): Promise<void> {
  return atomically(to, async (temporary) => {
    const file = await readFile(from);
    takeOutSpareData(file, languages);
    await writeFile(temporary, file);
    await chmod(temporary, 0o755);
  });
}

/** @param make writes `path`, where there is none or not the one of last time */
async function cachedBase(path: string, make: () => Promise<void>): Promise<Omit<Base, 'stripped'>> {
  const known = (await readJson(`${path}.json`)) as { sha256?: unknown } | undefined;
  const digest = known && (await sha256File(path));
  if (digest && digest === known?.sha256) return { path, sha256: digest };
  await make();
  const made = await sha256File(path);
  if (!made) throw new BuildError(`${path} vanished while it was being prepared`);
  await writeAtomic(`${path}.json`, `${JSON.stringify({ sha256: made })}\n`);
  return { path, sha256: made };
}

/** Strips `from` into `to`. @throws NoStrip when there is no strip on PATH */
async function strip(from: string, to: string): Promise<void> {
  try {
    await atomically(to, async (temporary) => {
      await run('strip', ['-o', temporary, from]);
      await chmod(temporary, 0o755);
    });
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && (error as { syscall?: string }).syscall?.startsWith('spawn'))
      throw new NoStrip();
    throw new BuildError(`strip failed on ${from}: ${messageOf(error)}`);
  }
}
