/**
 * Shortens the local variables of the framework's own modules, which every start pays for by the byte. The service's
 * code stays as it is, since some libraries read the parameters' names; so do the names of functions and classes, which
 * stand in stack traces and error types.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import type { Loader, Plugin } from 'esbuild';
import type { ParseOptions } from 'terser';
import { readJson, sha256, writeAtomic } from './files.ts';
import { isFramework } from './framework.ts';

/**
 * For the bundle that starts load; assets are not worth the time.
 * @param cacheDir keeps what was made of the framework's modules, which are the same at each build
 */
export function shorten(cacheDir: string): Plugin {
  return {
    name: 'shorten',
    setup(build) {
      const path = join(cacheDir, 'shortened.json');
      const kept = readJson(path) as Promise<Texts | undefined>;
      const used: Record<string, string> = {};
      let made = false;
      build.onLoad({ filter: /\.[jt]s$/ }, async ({ path, namespace }) => {
        if (namespace !== 'file' || !isFramework(path)) return undefined;
        const source = await readFile(path, 'utf8');
        const key = sha256(JSON.stringify([RULES, extname(path), source]));
        const known = (await kept)?.[key];
        made ||= known === undefined;
        used[key] = known ?? (await shortened(path, source));
        return { contents: used[key], loader: 'js' };
      });
      // What this build did not need may be another service's: a few builds later it is made again.
      build.onEnd(async () => {
        if (made) await writeAtomic(path, JSON.stringify(used));
      });
    },
  };
}

type Texts = Readonly<Record<string, string>>;

/** Whoever changes how modules are shortened changes the number. */
const require = createRequire(import.meta.url);
const RULES = [require('terser/package.json').version, require('esbuild/package.json').version, 1];

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
