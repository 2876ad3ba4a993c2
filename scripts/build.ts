/**
 * `npm run build`: makes dist/app and dist/app.zip of the sample service.
 * `--entry`, `--outDir` and `--name` build another service; paths are relative to the working directory.
 */
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BuildError, codeOf, messageOf } from './build/errors.ts';
import { buildService } from './build/service.ts';
import { summarize } from './build/summary.ts';

const root = join(import.meta.dirname, '..');

function readOptions() {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { entry: text, outDir: text, name: text } });
  return {
    entry: resolve(values.entry ?? join(root, 'src', 'app', 'main.ts')),
    outDir: resolve(values.outDir ?? join(root, 'dist')),
    name: values.name ?? 'app',
  };
}

try {
  const result = await buildService(readOptions());
  for (const line of summarize(result, (path) => relative(process.cwd(), path))) console.log(line);
} catch (error) {
  // A system error, such as a read-only folder, names its path itself; a stack would only hide that.
  const system = typeof (error as { syscall?: unknown } | null)?.syscall === 'string';
  const expected = error instanceof BuildError || system || codeOf(error)?.startsWith('ERR_PARSE_ARGS');
  console.error(`build failed: ${expected ? messageOf(error) : ((error as Error)?.stack ?? error)}`);
  process.exitCode = 1;
}
