/** Builds what is measured, the way every service is built. */
import { join } from 'node:path';
import { defaultCacheDir } from '../../src/build/executable/paths.ts';
import { buildService } from '../../src/build/executable/service.ts';
import type { RunOptions } from './types.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const OUT = join(defaultCacheDir(), 'bench');

/** The sample service: what `npm run build` makes. */
export function buildSample({ progress }: RunOptions): Promise<string> {
  return build(join(ROOT, 'src', 'app', 'main.ts'), join(ROOT, 'dist'), 'app', progress);
}

/** The benchmarks' own service. */
export function buildBenchService({ progress }: RunOptions): Promise<string> {
  return build(join(import.meta.dirname, 'services', 'amphi.ts'), OUT, 'bench-amphi', progress);
}

/** Bare Fastify in an executable of the same making; it may load Fastify at once. */
export function buildFastify({ progress }: RunOptions): Promise<string> {
  return build(join(import.meta.dirname, 'services', 'fastify.ts'), OUT, 'bench-fastify', progress, []);
}

/** sqs-consumer in an executable of the same making. */
export function buildSqsConsumer({ progress }: RunOptions): Promise<string> {
  return build(
    join(import.meta.dirname, 'services', 'sqs-consumer.ts'),
    OUT,
    'bench-sqs-consumer',
    progress,
    [],
  );
}

async function build(
  entry: string,
  outDir: string,
  name: string,
  progress: RunOptions['progress'],
  lazyPackages?: string[],
): Promise<string> {
  progress(`building ${name} unless it is up to date`);
  const result = await buildService({ entry, outDir, name, lazyPackages });
  return result.executable.path;
}
