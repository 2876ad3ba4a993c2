/**
 * What a service finds beside its modules, and an executable does not have there: the target of
 * `new URL('./x', import.meta.url)`, scripts of workers and forked processes, modules and addons by createRequire. They go
 * into the executable, or the build says why not.
 */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, sep } from 'node:path';
import type { BuildOptions, OnLoadResult, PartialMessage, Plugin } from 'esbuild';
import type { Content, Files } from '../content.ts';
import type { Edit } from '../edit.ts';
import { isFramework } from '../framework.ts';
import { withoutPaths } from '../names.ts';
import type { Reads } from '../reads.ts';
import { editsOf } from './edits.ts';
import { findReferences } from './references.ts';
import { loaderOf, Source } from './source.ts';
import { filesAt, stored } from './stored.ts';

const CHILD_PROCESS = join(import.meta.dirname, `child-process${extname(import.meta.filename)}`);

/** Modules of no interest are left to the bundler. */
const INTERESTING =
  /import\.meta|createRequire|__filename|__dirname|\bbindings\b|node-gyp-build|\bfork\b|Worker|\brequire\((?!\s*['"])/;

/**
 * @param options of the main bundle; scripts are made with the same
 * @param plugins of every bundle
 */
export function embedFiles(options: BuildOptions, content: Content, plugins: () => Plugin[]): Plugin {
  return {
    name: 'embed-files',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path, namespace }) => {
        if (namespace !== 'file' || isFramework(path)) return undefined;
        const text = await readFile(path, 'utf8');
        return INTERESTING.test(text) ? rewritten(path, text, content.reads) : undefined;
      });
      build.onResolve({ filter: /^amphi:child_process$/ }, () => ({
        path: CHILD_PROCESS,
        namespace: 'child-process',
      }));
      // CommonJS, so that it has whatever names the importer takes.
      build.onLoad({ filter: /./, namespace: 'child-process' }, ({ path }) => ({
        contents: `module.exports = { ...require('node:child_process'), fork: require(${JSON.stringify(path)}).fork };`,
        loader: 'js',
        resolveDir: dirname(path),
      }));
      build.onResolve({ filter: /^amphi:(file|script):/ }, ({ path }) => ({
        path: path.slice(path.indexOf(':', 6) + 1),
        namespace: path.startsWith('amphi:file:') ? 'embedded-file' : 'embedded-script',
      }));
      build.onLoad({ filter: /./, namespace: 'embedded-file' }, ({ path }) => {
        const folder = statSync(path).isDirectory();
        content.reads.trees.add(path);
        return moduleOf(filesAt(path), folder ? '' : basename(path), path);
      });
      build.onLoad({ filter: /./, namespace: 'embedded-script' }, async ({ path }) => {
        const name = `${basename(path, extname(path))}.cjs`;
        const script = { ...options, entryPoints: [path], metafile: true, plugins: plugins(), write: false };
        const { outputFiles, metafile } = await build.esbuild.build(script);
        content.reads.metafiles.push(metafile!);
        const code = withoutPaths(outputFiles![0]!.text, options.absWorkingDir!);
        return moduleOf(new Map([[name, Buffer.from(code)]]), name, path);
      });
    },
  };

  function moduleOf(files: Files, name: string, path: string): OnLoadResult {
    const folder = stored(content, files);
    return {
      contents: `const path = require('node:path').join(${folder}, ${JSON.stringify(name)});
module.exports = require('node:url').pathToFileURL(path).href${name === '' ? " + '/'" : ''};`,
      loader: 'js',
      resolveDir: dirname(path),
    };
  }
}

async function rewritten(path: string, text: string, reads: Reads): Promise<OnLoadResult | undefined> {
  const source = await Source.of(path, text);
  const references = source ? findReferences(source.code) : [];
  if (!source || references.length === 0) return undefined;
  const edits: Edit[] = [];
  const errors: PartialMessage[] = [];
  const warnings: PartialMessage[] = [];
  for (const reference of references) {
    const result = await editsOf(reference, path, source.code, reads);
    if ('edit' in result) edits.push(result.edit);
    // A package may hold code that never runs: only the service's own is refused, or warned of.
    if ('problem' in result && (result.always || !path.includes(`${sep}node_modules${sep}`))) {
      const message = { text: result.problem, location: source.locationOf(reference.start) };
      (result.fatal ? errors : warnings).push(message);
    }
  }
  if (errors.length > 0) return { errors };
  if (edits.length === 0)
    return warnings.length > 0 ? { warnings, contents: text, loader: loaderOf(path) } : undefined;
  return { warnings, contents: source.edited(edits), loader: 'js' };
}
