/** Bundles a service into one CommonJS file with esbuild. */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { BuildFailure, BuildOptions, Message, Metafile, OutputFile } from 'esbuild';
import { BANNER, bannerOf } from './banner.ts';
import type { Assets, Content, Files } from './content.ts';
import { findEager } from './eager.ts';
import { applied, type Edit } from './edit.ts';
import { BuildError } from './errors.ts';
import { readJson, sha256 } from './files.ts';
import { CONDITIONS } from './framework.ts';
import { pathEdits } from './names.ts';
import { defaultCacheDir } from './paths.ts';
import { pluginsOf } from './plugins.ts';
import { Reads } from './reads.ts';
import { shorten } from './shorten.ts';
import { mapOf } from './stacks/map.ts';
import { MAP_ASSET } from './stacks/names.ts';

/** Stands in for the build id until the bundle's own hash is known. */
const PLACEHOLDER = '@@amphi-build-hash@@';

export interface Bundle {
  code: string;
  /** SHA-256 of `code`, its source map and the warm-ups. */
  sha256: string;
  /** `<service version>+<first 12 hex digits of the bundle's hash>`; needs no git. */
  buildId: string;
  warnings: string[];
  /** Code that stays out of `code` until it is used, by asset name. */
  assets: Assets;
  /** Absolute path of the warm-up of each asset that has one, see code-caches.ts. */
  warmUps: ReadonlyMap<string, string>;
  /** What the assets were made of; paths as in `metafile`. */
  assetInputs: ReadonlySet<string>;
  /** Files that are in the executable as they are, by asset name. */
  files: Files;
  /** What was bundled; paths are relative to the entry's folder. */
  metafile: Metafile;
}

/**
 * Bundles `entry` with all it imports. Dynamic imports stay lazy: their modules are evaluated at first use.
 * Identifiers keep their names: class names are error types, function names make stack traces readable, and
 * esbuild's keepNames would pay for that with a call per function at start-up.
 * @param entry absolute path of the service's main module
 * @param lazy packages that must be reached only through a dynamic import
 * @param cacheDir the build's cache
 * @param reads takes what all bundles but this one were made of
 * @throws BuildError with file, line and column of every syntax or resolution error
 */
export async function bundle(
  entry: string,
  lazy: readonly string[],
  cacheDir: string = defaultCacheDir(),
  reads: Reads = new Reads(),
): Promise<Bundle> {
  const root = dirname(entry);
  const version = await serviceVersion(root);
  const result = await esbuild(entry, root, version, cacheDir, reads);
  const eager = findEager(result.metafile, result.entryKey, lazy);
  if (eager) {
    throw new BuildError(
      `${eager.name} would be loaded on every start; import it with await import(): ${eager.chain.join(' -> ')}`,
    );
  }
  const { text, warnings, metafile, assets, warmUps, assetInputs, files } = result;
  const edits = pathEdits(text, root);
  const hash = sha256(applied(text, edits)).slice(0, 12);
  const all = [...edits, ...placeholderEdits(text, hash)];
  const code = applied(text, all);
  const map = mapOf(result.map, text, all, { root, project: await projectOf(root) });
  files.set(MAP_ASSET, Buffer.from(map));
  for (const [name, asset] of assets) assets.set(name, asset.replaceAll(PLACEHOLDER, hash));
  return {
    code,
    // A comment more moves lines, and changes nothing but the map.
    sha256: sha256([code, map, ...(await Promise.all([...warmUps.values()].map(read)))].join('')),
    buildId: `${version}+${hash}`,
    warnings,
    assets,
    warmUps,
    assetInputs,
    files,
    metafile,
  };
}

async function esbuild(entry: string, root: string, version: string, cacheDir: string, reads: Reads) {
  const { build, formatMessages } = await import('esbuild');
  const show = (messages: Message[], kind: 'error' | 'warning') => formatMessages(messages, { kind });
  try {
    const content: Content = {
      assets: new Map(),
      warmUps: new Map(),
      assetInputs: new Set(),
      files: new Map(),
      reads,
    };
    const common = optionsFor(root, version);
    const banner = await bannerOf(build, common, content);
    const result = await build({
      ...common,
      entryPoints: [entry],
      banner: { js: banner },
      sourcemap: 'external',
      sourcesContent: false,
      // Of a file that is never written: what the map's sources are relative to.
      outfile: join(root, 'bundle.cjs'),
      metafile: true,
      write: false,
      plugins: [...pluginsOf(common, content), shorten(cacheDir)],
    });
    const warnings = await show(result.warnings, 'warning');
    const metafile: Metafile = result.metafile;
    // The entry's own key, which is not its given path where that is a symbolic link.
    const entryKey = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint)!.entryPoint!;
    const [map, code] = result.outputFiles as [OutputFile, OutputFile];
    return {
      text: code.text,
      map: map.text,
      metafile,
      entryKey,
      warnings,
      ...content,
    };
  } catch (error) {
    const errors = (error as Partial<BuildFailure>).errors;
    if (!errors) throw error;
    const shown = (await show(errors.map(withAdvice), 'error')).join('').trimEnd();
    throw new BuildError(`bundling ${entry} failed:\n${shown}`);
  }
}

/** esbuild names its output format, which nobody who builds a service has chosen. */
function withAdvice(message: Message): Message {
  if (!message.text.startsWith('Top-level await')) return message;
  const text =
    'an executable takes no top-level await: wait in registry.onStart(async () => { ... }), which runs before the first request';
  return { ...message, text };
}

const read = (path: string): Promise<string> => readFile(path, 'utf8');

function placeholderEdits(code: string, text: string): Edit[] {
  return [...code.matchAll(new RegExp(PLACEHOLDER, 'g'))].map(({ index }) => ({
    start: index,
    end: index + PLACEHOLDER.length,
    text,
  }));
}

function optionsFor(root: string, version: string): BuildOptions {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // A script of node:vm has no import(): those of Node's own modules become calls of require.
    supported: { 'dynamic-import': false },
    conditions: CONDITIONS,
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    // A one-byte source loads 2 ms sooner than one with a single character beyond Latin-1.
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'silent',
    banner: { js: BANNER },
    define: {
      'import.meta.url': '__amphiImportMetaUrl',
      'import.meta.filename': '__filename',
      'import.meta.dirname': '__dirname',
      __AMPHI_BUILD_ID__: JSON.stringify(`${version}+${PLACEHOLDER}`),
      __AMPHI_VERSION__: JSON.stringify(version),
    },
  };
}

/** The nearest folder at or above `dir` with a package.json, or `dir` itself. */
async function projectOf(dir: string): Promise<string> {
  for (let at = dir; at !== resolve(at, '..'); at = dirname(at))
    if (await exists(join(at, 'package.json'))) return at;
  return dir;
}

/** The version in the nearest package.json at or above `dir`, or 0.0.0 where there is none. */
async function serviceVersion(dir: string): Promise<string> {
  for (let at = dir; ; at = dirname(at)) {
    const path = join(at, 'package.json');
    const manifest = (await readJson(path)) as { version?: unknown } | undefined;
    if (typeof manifest?.version === 'string') return manifest.version;
    if (!manifest && (await exists(path))) throw new BuildError(`${path}: not valid JSON`);
    if (at === resolve(at, '..')) return '0.0.0';
  }
}

function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
