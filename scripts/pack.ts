/**
 * `npm pack` runs this first: compiles the framework into dist/lib, as JavaScript and declarations, since Node.js
 * strips no types below node_modules.
 */
import { join } from 'node:path';
import { BuildError } from '../src/build/executable/errors.ts';
import { compileLibrary } from './pack/compile.ts';

const root = join(import.meta.dirname, '..');

try {
  const count = await compileLibrary(root, join(root, 'dist', 'lib'));
  // Standard output belongs to npm pack --json.
  console.error(`compiled ${count} modules into dist/lib`);
} catch (error) {
  console.error(`pack failed: ${error instanceof BuildError ? error.message : (error as Error).stack}`);
  process.exitCode = 1;
}
