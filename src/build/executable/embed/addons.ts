/** Native addons: the file is in the executable, and is loaded from the folder that it is written to. */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { Content } from '../content.ts';
import { readJson } from '../files.ts';
import { filesAt, stored } from './stored.ts';

/** Makes modules of `.node` files. */
export function addons(content: Content): Plugin {
  return {
    name: 'addons',
    setup(build) {
      build.onResolve({ filter: /^@mapbox\/node-pre-gyp$/ }, () => ({
        errors: [
          {
            text: "@mapbox/node-pre-gyp looks for an addon at run time, which an executable does not have beside it: load the addon's own file, below lib/binding, by createRequire(import.meta.url)",
          },
        ],
      }));
      build.onLoad({ filter: /\.node$/ }, ({ path }) => ({
        contents: `process.dlopen(module, require('node:path').join(${stored(content, filesAt(path))}, ${JSON.stringify(basename(path))}));`,
        loader: 'js',
        resolveDir: dirname(path),
      }));
    },
  };
}

/**
 * Where the addon of a package is, as the package's own finder says.
 * @throws what the finder throws when there is none
 */
export async function findAddon(finder: string, name: string | undefined, file: string): Promise<string> {
  const root = await packageFolder(file);
  const find = createRequire(file)(finder);
  if (finder === 'bindings') return find({ bindings: name, module_root: root, path: true });
  return find.path(root);
}

/** The folder of the package that a file belongs to. */
export async function packageFolder(file: string): Promise<string> {
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    if (await readJson(join(at, 'package.json'))) return at;
  }
  return dirname(file);
}

/** Relative paths of a package's addons, those for this platform first. */
export function addonsIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const addons = files.filter((file) => file.endsWith('.node') && !file.includes('node_modules'));
  return addons.sort((a, b) => Number(b.includes('linux-x64')) - Number(a.includes('linux-x64')));
}
