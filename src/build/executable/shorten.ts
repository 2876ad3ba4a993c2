/**
 * Shortens the local variables of the framework's own modules, which every start pays for by the byte. The service's
 * code stays as it is, since some libraries read the parameters' names; so do the names of functions and classes, which
 * stand in stack traces and error types.
 */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Loader, Plugin } from 'esbuild';
import type { ParseOptions } from 'terser';
import { isFramework } from './framework.ts';

/** For the bundle that starts load; assets are not worth the time. */
export function shorten(): Plugin {
  return {
    name: 'shorten',
    setup(build) {
      build.onLoad({ filter: /\.[jt]s$/ }, async ({ path, namespace }) => {
        if (namespace !== 'file' || !isFramework(path)) return undefined;
        return { contents: await shortened(path, await readFile(path, 'utf8')), loader: 'js' };
      });
    },
  };
}

async function shortened(path: string, source: string): Promise<string> {
  const [{ transform }, { minify }] = await Promise.all([import('esbuild'), import('terser')]);
  const loader = extname(path).slice(1) as Loader;
  const { code } = await transform(source, {
    loader,
    target: 'node24',
    charset: 'ascii',
    legalComments: 'none',
  });
  const result = await minify(code, {
    // Top-level names stay: of all modules together they must differ, and each number that esbuild adds is a byte.
    parse: { module: true } as ParseOptions,
    ecma: 2020,
    compress: false,
    mangle: { module: false, toplevel: false, keep_fnames: true, keep_classnames: true },
  });
  return result.code!;
}
