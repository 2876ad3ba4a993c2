/**
 * Whatever decides what a bundle is: not only the files in it, but each folder in which a new file would be found instead
 * of one of them, and each name above that would change what imports mean.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Metafile } from 'esbuild';
import { Places } from './places.ts';
import type { Reads } from './reads.ts';

/** Modules that the build's plugins make; what they are made of is in `Reads`. */
const MADE =
  /^((child-process|deferred|embedded-file|embedded-script):\/|loader:amphi:|string-width:of |amphi:)/;

/**
 * @param entry the service's main module
 * @param main of the bundle with a source map
 * @param others files that the build has looked at itself
 * @returns the paths to look at, absent ones too; undefined where they cannot be told
 */
export function inputsOf(
  entry: string,
  main: Metafile,
  reads: Reads,
  others: readonly string[],
): string[] | undefined {
  // esbuild's paths are relative to the folder behind links.
  const folder = realpathSync(dirname(entry));
  const places = new Places();
  places.lookup(entry);
  for (const path of others) places.only(path);
  for (const path of reads.trees) {
    places.lookup(path);
    places.tree(path);
  }
  for (const metafile of [main, ...reads.metafiles]) addBundle(places, folder, metafile);
  for (const key of Object.keys(main.inputs)) if (!MADE.test(key)) addMaps(places, resolve(folder, key));
  return places.known && reads.traceable ? [...places.paths].sort() : undefined;
}

function addBundle(places: Places, root: string, { inputs }: Metafile): void {
  for (const [key, { imports }] of Object.entries(inputs)) {
    const file = MADE.test(key) ? undefined : resolve(root, key);
    if (file !== undefined) places.file(file);
    for (const { path, original = path, external } of imports) {
      // Of import('./x/' + name) any file below is an input, one that is yet to come too.
      if (external && original.includes('*')) places.known = false;
      addImport(places, original, file);
    }
  }
}

/** @param file of the import; none for a module that was made, which names absolute paths and what its origin names */
function addImport(places: Places, name: string, file: string | undefined): void {
  if (MADE.test(name) || isBuiltin(name)) return;
  if (/^\.{0,2}(\/|$)/.test(name)) {
    if (file !== undefined || name.startsWith('/')) places.lookup(resolve(dirname(file ?? '/'), name));
  } else if (file !== undefined) places.package(name, dirname(file));
}

/** A bundle's map is made of the maps of its modules, where they have any. */
function addMaps(places: Places, file: string): void {
  for (const [, url] of readFileSync(file, 'utf8').matchAll(/[#@][ \t]*sourceMappingURL=([^\s'"`]+)/g)) {
    if (!url || !URL.canParse(url, pathToFileURL(file).href)) continue;
    const { protocol, href } = new URL(url, pathToFileURL(file));
    if (protocol === 'file:') places.lookup(fileURLToPath(href));
  }
}
