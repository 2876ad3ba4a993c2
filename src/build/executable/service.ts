/** Builds a service's executable and Lambda zip. */
import { chmod, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeLambdaZip } from '../../aws/lambda-zip.ts';
import { type Base, checkBase, checkLibraries, prepareBase, withoutSpareData } from './base.ts';
import { type Bundle, bundle } from './bundle.ts';
import { BuildError } from './errors.ts';
import { sha256File, withWorkDir } from './files.ts';
import { inject } from './inject.ts';
import { buildKey } from './keys.ts';
import { type BuildOptions, type Plan, planOf } from './plan.ts';
import { madeOf, shortcutOf, unchanged } from './shortcut.ts';
import { currentStamp, type Made, type Outputs, type Stamp, writeStamp } from './stamp.ts';

export type { BuildOptions };

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
  const plan = await planOf(options);
  return (await lookedAt(plan)) ?? (await bundled(plan));
}

/** Where a look at what the last build read is enough. */
async function lookedAt({ key, stampFile, reads, outputs, warn, times, timed }: Plan) {
  const last = await timed('look', () => unchanged(stampFile, key, reads.build, outputs));
  if (!last) return undefined;
  const { made } = last.shortcut;
  for (const warning of made.warnings) warn(warning);
  return { built: false, ...(await describe(made, last, outputs)), stripped: true, times };
}

async function bundled(plan: Plan): Promise<BuildResult> {
  const { options, entry, node, cacheDir, reads, outputs, stampFile, warn, times, timed } = plan;
  await timed('check', () => checkBase(node));
  const code = await timed('bundle', () => bundle(entry, plan.lazyPackages, cacheDir, reads));
  for (const warning of code.warnings) warn(warning);
  const base = await timed('strip', () => baseOf(plan));
  const key = await buildKey(
    code.sha256,
    base.sha256,
    `${options.name} ${plan.compression} ${plan.zipLimit}`,
  );
  const last = await timed('compare', () => currentStamp(stampFile, key, outputs));
  const { executable, zip } = last ?? (await produce(plan, code, base));
  const stamp = { key, executable, zip };
  const note = async () => writeStamp(stampFile, { ...stamp, shortcut: shortcutOf(plan, code, base) });
  await timed('note', note);
  const described = await describe(madeOf(code), stamp, outputs);
  return { built: !last, ...described, stripped: base.stripped, times };
}

async function baseOf({ node, cacheDir, languages, warn }: Plan): Promise<Base> {
  return withoutSpareData(await prepareBase(node, cacheDir, warn), cacheDir, languages);
}

async function produce(plan: Plan, code: Bundle, base: Base) {
  const { options, node, cacheDir, outputs, timed, warn } = plan;
  return withWorkDir(options.outDir, async (work) => {
    const executable = await timed('inject', () =>
      inject(code, base, node, work, options.name, cacheDir, warn),
    );
    await chmod(executable, 0o755);
    await checkLibraries(executable);
    const zip = join(work, 'zip');
    await timed('zip', () => makeZip(executable, zip, plan));
    const [executableHash, zipHash] = await Promise.all([sha256File(executable), sha256File(zip)]);
    if (!executableHash || !zipHash) throw new BuildError(`${work} was removed while the build ran`);
    await rename(executable, outputs.executable);
    await rename(zip, outputs.zip);
    return { executable: executableHash, zip: zipHash };
  });
}

async function makeZip(executable: string, target: string, { compression, cacheDir, zipLimit }: Plan) {
  const size = await writeLambdaZip(executable, target, {
    compression,
    cacheDir: join(cacheDir, 'deflated'),
  });
  if (size <= zipLimit) return;
  throw new BuildError(
    `the Lambda zip has ${size} bytes; AWS Lambda takes at most ${zipLimit} in a direct upload`,
  );
}

async function describe({ buildId, bundleSize }: Made, stamp: Stamp, { executable, zip }: Outputs) {
  const [executableStat, zipStat] = await Promise.all([stat(executable), stat(zip)]);
  return {
    buildId,
    bundleSize,
    executable: { path: executable, size: executableStat.size, sha256: stamp.executable },
    zip: { path: zip, size: zipStat.size, sha256: stamp.zip },
  };
}
