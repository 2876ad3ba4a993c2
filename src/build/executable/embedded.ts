/**
 * Modules named `*.embedded.ts` (or .js): they read files that stand beside them, which a bundle does not have. The
 * build runs each and puts the values of its exports, plain JSON, in its place.
 */
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import type { Content } from './content.ts';
import { sha256 } from './files.ts';

const EMBEDDED = /\.embedded\.[cm]?[jt]s$/;

/** Replaces an embedded module by its values. One that throws, or exports no plain value, is an error of the build. */
export function embedded({ reads }: Pick<Content, 'reads'>): Plugin {
  return {
    name: 'embedded',
    setup(build) {
      build.onLoad({ filter: EMBEDDED, namespace: 'file' }, async ({ path }) => {
        const contents = await valuesOf(path, reads.build);
        reads.embedded.set(path, sha256(contents));
        return { contents, loader: 'js' };
      });
    },
  };
}

/**
 * A module that stands for the values of another.
 * @param build a number: the module runs anew for each, as what it reads may have changed. Modules that it imports are
 *   Node.js' own business and run once in a process.
 */
export async function valuesOf(path: string, build: number): Promise<string> {
  const url = `${pathToFileURL(path).href}?build=${build}`;
  const values: Record<string, unknown> = await import(url);
  const lines = Object.entries(values).map(([name, value]) => {
    const json = JSON.stringify(value);
    if (json === undefined) throw new Error(`${path}: the export ${name} is no plain value`);
    return `export const ${name} = ${json};`;
  });
  return lines.join('\n');
}
