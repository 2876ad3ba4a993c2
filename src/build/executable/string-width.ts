/**
 * yargs measures the text of its help by string-width, which makes a regular expression of all emoji as it is loaded: 20 ms
 * of every command's start. Here it is loaded at the first text that needs it.
 */
import type { Plugin } from 'esbuild';

const REAL = 'amphi-real';

const LAZY = `let real;
const PLAIN = /^[ -~]*$/;
module.exports = (text, options) => {
  if (typeof text === 'string' && PLAIN.test(text)) return text.length;
  real ??= require('string-width').default;
  return real(text, options);
};`;

export function lazyStringWidth(): Plugin {
  return {
    name: 'string-width',
    setup(build) {
      build.onResolve({ filter: /^string-width$/ }, async ({ pluginData, resolveDir, kind, importer }) => {
        if (pluginData === REAL) return undefined;
        // From the wrapper: the package that its importer would have got.
        if (importer.startsWith(PREFIX))
          return build.resolve('string-width', { kind, resolveDir, pluginData: REAL });
        return { path: `${PREFIX}${resolveDir}`, namespace: 'string-width', pluginData: resolveDir };
      });
      build.onLoad({ filter: /./, namespace: 'string-width' }, ({ pluginData }) => ({
        contents: LAZY,
        loader: 'js',
        resolveDir: pluginData as string,
      }));
    },
  };
}

const PREFIX = 'of ';
