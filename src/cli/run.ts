import type { Registry } from '../core/index.ts';

/** Loads the module that exports the service's registry. */
export type LoadRegistry = () => Promise<{ readonly registry: Registry }>;

type Env = Readonly<Record<string, string | undefined>>;

/** Lambda starts the bootstrap with no arguments; yargs and Fastify must not be loaded then. */
export function isLambdaStart(argv: readonly string[], env: Env): boolean {
  return argv[0] === 'lambda' || (argv.length === 0 && env.AWS_LAMBDA_RUNTIME_API !== undefined);
}

/** The whole executable: Lambda's runtime loop or the command line. */
export async function run(
  load: LoadRegistry,
  argv: readonly string[] = process.argv.slice(2),
): Promise<void> {
  if (isLambdaStart(argv, process.env)) {
    const { runLambda } = await import('../adapters/lambda/runtime.ts');
    return runLambda(async () => (await load()).registry.freeze(), process.env);
  }
  const { runCommandLine } = await import('./main.ts');
  return runCommandLine(load, argv);
}
