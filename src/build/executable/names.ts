import { join } from 'node:path';
import { applied, type Edit } from './edit.ts';
import { isFramework } from './framework.ts';

const WRAPPER = /\b(__esm|__commonJS)\(\{"([^"\n]*)"\(([^)\n]*)\)\{("use strict";)?/g;

/**
 * esbuild names the function around each module by its path, which for some holds folders of this machine, and makes it
 * strict though the whole file is: a twentieth of what every start reads. The service's own modules keep their names, for
 * its stack traces, and those of packages by their place in node_modules.
 * @param code of a bundle
 * @param root folder that the paths are relative to
 */
export function withoutPaths(code: string, root: string): string {
  return applied(code, pathEdits(code, root));
}

/** What `withoutPaths` changes. */
export function pathEdits(code: string, root: string): Edit[] {
  return [...code.matchAll(WRAPPER)].map((match) => {
    const [whole, kind, path, parameters, strict = ''] = match as unknown as [
      string,
      string,
      string,
      string,
      string?,
    ];
    const name = kind === '__esm' ? ownName(path, root) : (packageName(path) ?? ownName(path, root));
    const text = `${kind}({${name ? JSON.stringify(name) : 'm'}(${parameters}){${kind === '__esm' ? '' : strict}`;
    return { start: match.index, end: match.index + whole.length, text };
  });
}

function packageName(path: string): string | undefined {
  const at = path.lastIndexOf('node_modules/');
  return at < 0 ? undefined : path.slice(at);
}

/** Nothing for the framework, packages, and what the build's plugins made. */
function ownName(path: string, root: string): string | undefined {
  if (packageName(path) || /^[\w-]+:/.test(path) || isFramework(join(root, path))) return undefined;
  // Beside the service's folder: what is above both is this machine's.
  return path.replace(/^(\.\.\/)+/, '');
}
