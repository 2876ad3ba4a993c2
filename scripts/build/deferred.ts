/**
 * Modules named `*.deferred.ts` (or .js): large code that few commands need. Each is bundled by itself and embedded
 * as an asset of the executable, which is mapped, not read: a megabyte more in the main bundle costs every start
 * about 7 ms, as V8 takes in the whole source, but an asset costs nothing until it is asked for. It is compiled at
 * first use, with a code cache of its own.
 *
 * A deferred module shares no state with the rest: what it imports is bundled into it once more.
 */
import { basename, join } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import { sha256 } from './files.ts';

export const DEFERRED = /\.deferred\.[cm]?[jt]s$/;

/** Name of an asset and its code. */
export type Assets = Map<string, string>;

/**
 * Turns dynamic imports of deferred modules into a load of their asset, and collects the assets. A static import is
 * an error, as the module would be in the bundle again.
 * @param options of the main bundle; the assets are made with the same
 */
export function deferred(options: BuildOptions, assets: Assets): Plugin {
  return {
    name: 'deferred',
    setup(build) {
      build.onResolve({ filter: DEFERRED }, ({ path, kind, resolveDir, namespace, importer }) => {
        if (namespace !== 'file' || !path.startsWith('.')) return undefined;
        if (kind !== 'dynamic-import') {
          return {
            errors: [{ text: `${path} is deferred: ${importer} must import it with await import()` }],
          };
        }
        return { path: join(resolveDir, path), namespace: 'deferred' };
      });
      build.onLoad({ filter: DEFERRED, namespace: 'deferred' }, async ({ path }) => {
        const { outputFiles } = await build.esbuild.build({
          ...options,
          absWorkingDir: options.absWorkingDir,
          entryPoints: [path],
          metafile: false,
          plugins: [],
          write: false,
        });
        const code = outputFiles![0]!.text;
        const asset = `${basename(path).replace(/\.[^.]+$/, '')}-${sha256(code).slice(0, 12)}.cjs`;
        assets.set(asset, code);
        return { contents: loader(asset), loader: 'js' };
      });
    },
  };
}

/** Ends the name of the asset that holds another asset's V8 code cache. */
export const CACHE_SUFFIX = '.cache';

/** Parameters of the function that an asset's code is the body of. */
export const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/** The asset's hash is in its name, so the bundle's own hash covers it too. */
function loader(asset: string): string {
  return `const { getAsset, getRawAsset } = require('node:sea');
const run = require('node:vm').compileFunction(getAsset(${JSON.stringify(asset)}, 'utf8'), ${JSON.stringify(PARAMETERS)}, {
  filename: ${JSON.stringify(asset)},
  cachedData: Buffer.from(getRawAsset(${JSON.stringify(asset + CACHE_SUFFIX)})),
});
run(exports, require, module, __filename, __dirname);`;
}
