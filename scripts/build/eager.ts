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
 * @param entry the entry's key in the metafile
 */
export function findEager(metafile: Metafile, entry: string, packages: readonly string[]): Eager | undefined {
  const from = new Map<string, string | undefined>([[entry, undefined]]);
  for (const file of from.keys()) {
    const name = packages.find((candidate) => `/${file}`.includes(`/node_modules/${candidate}/`));
    if (name) return { name, chain: chainTo(from, file) };
    for (const { path, kind, external } of metafile.inputs[file]?.imports ?? []) {
      if (kind !== 'dynamic-import' && !external && !from.has(path)) from.set(path, file);
    }
  }
  return undefined;
}

function chainTo(from: Map<string, string | undefined>, file: string): string[] {
  const chain: string[] = [];
  for (let at: string | undefined = file; at !== undefined; at = from.get(at)) chain.unshift(at);
  return chain;
}
