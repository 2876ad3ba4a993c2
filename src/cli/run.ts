import type { LoadExtension, LoadRegistry } from './command.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Lambda starts the bootstrap with no arguments; yargs and Fastify must not be loaded then. */
export function isLambdaStart(argv: readonly string[], env: Env): boolean {
  return argv[0] === 'lambda' || (argv.length === 0 && env.AWS_LAMBDA_RUNTIME_API !== undefined);
}

export interface RunOptions {
  /** Custom commands, flags and template decorators. Loaded for the command line only. */
  readonly extend?: LoadExtension;
  /** Default: the process's own arguments. */
  readonly argv?: readonly string[];
}

/**
 * The whole executable: Lambda's runtime loop or the command line.
 * @example
 * ```ts
 * import { createRegistry, run } from 'amphi';
 *
 * const registry = createRegistry({ name: 'greeter', version: '1.2.3' });
 * registry.get('/hello/:name', (request) => `Hello ${request.params.name}`);
 *
 * // As dist/app httpServer; without argv the arguments of the process.
 * await run(async () => ({ registry }), { argv: ['describe'] }); // greeter 1.2.3
 * ```
 */
export async function run(load: LoadRegistry, options: RunOptions = {}): Promise<void> {
  const { extend, argv = process.argv.slice(2) } = options;
  if (isLambdaStart(argv, process.env)) {
    const { runLambda } = await import('../adapters/lambda/runtime/run.ts');
    return runLambda(async () => (await load()).registry.freeze(), process.env);
  }
  const { runCommandLine } = await import('./main.deferred.ts');
  return runCommandLine({ load, extend, argv });
}
