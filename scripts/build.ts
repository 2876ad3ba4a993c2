/** `npm run build`: makes dist/app and dist/app.zip of the sample service. */
import { join, relative } from 'node:path';
import { BuildError } from './build/errors.ts';
import { buildService } from './build/service.ts';
import { summarize } from './build/summary.ts';

const root = join(import.meta.dirname, '..');

try {
  const result = await buildService({
    entry: join(root, 'src', 'app', 'main.ts'),
    outDir: join(root, 'dist'),
    name: 'app',
  });
  for (const line of summarize(result, (path) => relative(root, path))) console.log(line);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`build failed: ${error.message}`);
  process.exitCode = 1;
}
