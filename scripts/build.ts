/**
 * `npm run build`: makes dist/app and dist/app.zip of the sample service.
 * `--entry`, `--outDir` and `--name` build another service; paths are relative to the working directory. `--locales en` takes
 * the other languages out of Intl.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runBuild } from '../src/build/executable/command.ts';

const root = join(import.meta.dirname, '..');

function readOptions() {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { entry: text, outDir: text, name: text, locales: text } });
  return {
    entry: resolve(values.entry ?? join(root, 'src', 'app', 'main.ts')),
    outDir: resolve(values.outDir ?? join(root, 'dist')),
    name: values.name ?? 'app',
    ...(values.locales !== undefined && { locales: values.locales.split(',') }),
  };
}

process.exitCode = await runBuild(readOptions);
