/**
 * Modules named `*.embedded.ts` (or .js): they read files that stand beside them, which a bundle does not have. The
 * build runs each and puts the values of its exports, plain JSON, in its place.
 */
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

const EMBEDDED = /\.embedded\.[cm]?[jt]s$/;

/** Replaces an embedded module by its values. One that throws, or exports no plain value, is an error of the build. */
export function embedded(): Plugin {
  return {
    name: 'embedded',
    setup(build) {
      build.onLoad({ filter: EMBEDDED, namespace: 'file' }, async ({ path }) => {
        const values: Record<string, unknown> = await import(pathToFileURL(path).href);
        const lines = Object.entries(values).map(([name, value]) => {
          const json = JSON.stringify(value);
          if (json === undefined) throw new Error(`${path}: the export ${name} is no plain value`);
          return `export const ${name} = ${json};`;
        });
        return { contents: lines.join('\n'), loader: 'js' };
      });
    },
  };
}
