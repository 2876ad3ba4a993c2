/** Builds what is measured, the way every service is built. */
import { join } from 'node:path';
import { defaultCacheDir } from '../../src/build/executable/paths.ts';
import { type BuildOptions, buildService } from '../../src/build/executable/service.ts';
import type { RunOptions } from './types.ts';

export const ROOT = join(import.meta.dirname, '..', '..');
export const OUT = join(defaultCacheDir(), 'bench');
/** Peers may load their packages at once. */
const ANY: Partial<BuildOptions> = { lazyPackages: [] };
const SERVICES = join(import.meta.dirname, 'services');

/** The sample service: what `npm run build` makes. */
export function buildSample({ progress }: RunOptions): Promise<string> {
  return build(join(ROOT, 'src', 'app', 'main.ts'), join(ROOT, 'dist'), 'app', progress);
}

/** The sample service with English as Intl's only language. */
export function buildEnglish({ progress }: RunOptions): Promise<string> {
  const entry = join(ROOT, 'src', 'app', 'main.ts');
  return build(entry, OUT, 'bench-english', progress, { locales: ['en'] });
}

/** The benchmarks' own service. */
export function buildBenchService({ progress }: RunOptions): Promise<string> {
  return build(join(SERVICES, 'amphi.ts'), OUT, 'bench-amphi', progress);
}

/** The service of the HTTP rows: it checks bodies by zod, which the other rows must not pay for. */
export function buildHttpService({ progress }: RunOptions): Promise<string> {
  return build(join(SERVICES, 'http', 'amphi.ts'), OUT, 'bench-http-amphi', progress);
}

/** Two clients of the AWS SDK in a service. */
export function buildSdkService({ progress }: RunOptions): Promise<string> {
  return build(join(SERVICES, 'sdk', 'amphi.ts'), OUT, 'bench-sdk-amphi', progress);
}

/** The same clients in a function of aws-lambda-ric, in one file as such functions are deployed. @returns its folder */
export async function bundleSdkFunction(): Promise<string> {
  const { build: esbuild } = await import('esbuild');
  const folder = join(OUT, 'ric-sdk');
  await esbuild({
    entryPoints: [join(SERVICES, 'sdk', 'ric.ts')],
    outfile: join(folder, 'index.cjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    logLevel: 'error',
  });
  return folder;
}

/** A server of `services/http` in an executable of the same making; it may load its framework at once. */
export function buildHttpPeer(name: 'fastify' | 'hono' | 'node', { progress }: RunOptions): Promise<string> {
  return build(join(SERVICES, 'http', `${name}.ts`), OUT, `bench-http-${name}`, progress, ANY);
}

/** Bare Fastify for the faults. */
export function buildFastify({ progress }: RunOptions): Promise<string> {
  return build(join(SERVICES, 'fastify.ts'), OUT, 'bench-fastify', progress, ANY);
}

/** sqs-consumer in an executable of the same making. */
export function buildSqsConsumer({ progress }: RunOptions): Promise<string> {
  return build(join(SERVICES, 'sqs-consumer.ts'), OUT, 'bench-sqs-consumer', progress, ANY);
}

async function build(
  entry: string,
  outDir: string,
  name: string,
  progress: RunOptions['progress'],
  options: Partial<BuildOptions> = {},
): Promise<string> {
  progress(`building ${name} unless it is up to date`);
  const result = await buildService({ entry, outDir, name, ...options });
  return result.executable.path;
}
