/**
 * Modules named `*.deferred.ts` (or .js): large code that a Lambda start does not need. Each is bundled by itself and
 * embedded as an asset of the executable, which is mapped, not read: a megabyte more in the main bundle costs every
 * start about 7 ms, as V8 takes in the whole source, but an asset costs nothing until it is asked for. It is compiled
 * at first use, with a code cache of its own.
 *
 * Beside a deferred module of the framework may stand an `x.warm-up.ts`, which the build runs for its code cache.
 *
 * Of the framework's core there is one copy for all, the bundle's: its classes are told apart by `instanceof`.
 * Whatever else a deferred module imports is bundled into it once more and shares no state with the rest.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import type { Content } from './content.ts';
import { sha256 } from './files.ts';
import { CORE, isFramework } from './framework.ts';
import { withoutPaths } from './names.ts';
import { scriptOf } from './scripts.ts';
import { VIRTUAL_FOLDER } from './stacks/names.ts';

export const DEFERRED = /\.deferred\.[cm]?[jt]s$/;
const DEFERRED_PART = /\.deferred\.(?=[jt]s$)/;

/**
 * Turns dynamic imports of deferred modules into a load of their asset, and collects the assets. A static import is
 * an error, as the module would be in the bundle again.
 * @param options of the main bundle; the assets are made with the same
 * @param content takes the assets, and the paths of what they are made of
 * @param plugins of every bundle
 */
export function deferred(options: BuildOptions, content: Content, plugins: () => Plugin[]): Plugin {
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
      build.onResolve({ filter: /^amphi:load-asset$/ }, () => ({ path: LOADER, namespace: 'loader' }));
      build.onLoad({ filter: /./, namespace: 'loader' }, () => ({ contents: LOAD_ASSET, loader: 'js' }));
      build.onLoad({ filter: DEFERRED, namespace: 'deferred' }, async ({ path }) => {
        const shared = new Map<string, string>();
        const { outputFiles, metafile } = await build.esbuild.build({
          ...options,
          absWorkingDir: options.absWorkingDir,
          entryPoints: [path],
          metafile: true,
          plugins: [...plugins(), sharedCore(shared)],
          write: false,
        });
        content.reads.metafiles.push(metafile!);
        for (const input of Object.keys(metafile!.inputs)) content.assetInputs.add(input);
        const code = withoutPaths(outputFiles![0]!.text, options.absWorkingDir!);
        const asset = `${basename(path).replace(/\.[^.]+$/, '')}-${sha256(code).slice(0, 12)}.cjs`;
        content.assets.set(asset, code);
        const warmUp = path.replace(DEFERRED_PART, '.warm-up.');
        if (isFramework(path) && existsSync(warmUp)) {
          content.warmUps.set(asset, warmUp);
          content.reads.trees.add(warmUp);
        }
        return { contents: loader(asset, shared), loader: 'js', resolveDir: dirname(path) };
      });
    },
  };
}

/**
 * Leaves the core's modules to whoever loads the asset.
 * @param shared takes the name that the asset requires each by, and its path
 */
function sharedCore(shared: Map<string, string>): Plugin {
  return {
    name: 'shared-core',
    setup(build) {
      build.onResolve({ filter: /^\.{0,2}\// }, ({ path, resolveDir, kind }) => {
        // A deferred module of the core itself.
        if (kind === 'entry-point') return undefined;
        const file = resolve(resolveDir, path);
        if (!file.startsWith(CORE)) return undefined;
        const name = `amphi:core/${file.slice(CORE.length)}`;
        shared.set(name, file);
        return { path: name, external: true };
      });
    },
  };
}

/** The code that loads an asset is in the bundle once. */
const LOADER = 'amphi:load-asset';

/** The asset's hash is in its name, so the bundle's own hash covers it too. */
function loader(asset: string, shared: ReadonlyMap<string, string>): string {
  const core = [...shared]
    .sort()
    .map(([name, file]) => `${JSON.stringify(name)}: () => require(${JSON.stringify(file)}),`);
  return `require(${JSON.stringify(LOADER)})(${JSON.stringify(asset)}, { ${core.join(' ')} }, module, __filename, __dirname);`;
}

const LOAD_ASSET = `const { getAsset: a, getRawAsset: r } = require('node:sea');
const vm = require('node:vm');
module.exports = (asset, core, module, file, dir) => {
  const { Script: S } = vm;
  const load = (name) => (Object.hasOwn(core, name) ? core[name]() : require(name));
  ${scriptOf('asset', `${JSON.stringify(VIRTUAL_FOLDER)}+asset`)}(module.exports, load, module, file, dir);
};`;
