/** The framework's own files, as its sources in the repository or compiled as installed. */
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The framework's modules, which this build is beside: `src` in the repository, `dist/lib/src` in the package. */
export const FRAMEWORK = join(import.meta.dirname, '..', '..') + sep;

export const CORE = join(FRAMEWORK, 'core') + sep;

const APP = join(FRAMEWORK, 'app') + sep;
const INFRA = join(FRAMEWORK, '..', 'infra') + sep;

/** Whether a module is the framework's own; the sample service is none. */
export function isFramework(path: string): boolean {
  return (path.startsWith(FRAMEWORK) || path.startsWith(INFRA)) && !path.startsWith(APP);
}

/** The condition of package.json's `exports` that gives the sources. */
const SOURCE_CONDITION = 'amphi-source';

/**
 * Conditions by which esbuild resolves `amphi`, so that it finds the very modules beside this build: the sources in
 * the repository, which the package does not ship. `module` is esbuild's own default, lost when others are given.
 */
export const CONDITIONS: string[] = existsSync(join(FRAMEWORK, 'index.ts'))
  ? [SOURCE_CONDITION, 'module']
  : ['module'];
