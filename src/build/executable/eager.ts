/** Proves from esbuild's metafile that a package is loaded lazily. */
import type { Metafile } from 'esbuild';

export interface Eager {
  /** The package found. */
  name: string;
  /** The files that lead to it, the entry first. */
  chain: string[];
}

/**
 * The first of `packages` that `entry` reaches without a dynamic import, or undefined.
 * @param entry a source file's key in the metafile
 * @param packages names of npm packages and of Node.js modules, such as `node:http`
 * @throws Error when the metafile has no such entry, as then nothing would be proven
 */
export function findEager(metafile: Metafile, entry: string, packages: readonly string[]): Eager | undefined {
  if (!metafile.inputs[entry]) throw new Error(`${entry} is not in the metafile`);
  const from = new Map<string, string | undefined>([[entry, undefined]]);
  for (const file of from.keys()) {
    const name = packages.find((candidate) => `/${file}`.includes(`/node_modules/${candidate}/`));
    if (name) return { name, chain: chainTo(from, file) };
    for (const { path, kind, external } of metafile.inputs[file]?.imports ?? []) {
      if (kind === 'dynamic-import') continue;
      if (external && packages.includes(path)) return { name: path, chain: [...chainTo(from, file), path] };
      if (!external && !from.has(path)) from.set(path, file);
    }
  }
  return undefined;
}

function chainTo(from: Map<string, string | undefined>, file: string): string[] {
  const chain: string[] = [];
  for (let at: string | undefined = file; at !== undefined; at = from.get(at)) chain.unshift(at);
  return chain;
}
