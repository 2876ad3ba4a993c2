import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const COMPILE_CACHE = pathToFileURL(join(import.meta.dirname, 'compile-cache.js')).href;

/**
 * The command that runs a TypeScript module of this repository by Node, in which `amphi` is the sources. As arguments,
 * not as NODE_OPTIONS: those would reach the executables that the module starts.
 */
export function nodeCommand(module: string, ...args: string[]): [command: string, ...args: string[]] {
  return [process.execPath, '--conditions=amphi-source', `--import=${COMPILE_CACHE}`, module, ...args];
}
