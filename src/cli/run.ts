import type { LoadExtension, LoadRegistry, LoadTopology } from './command.ts';
import { loadService } from './load.ts';
import { settleAtExit } from './settled-exit.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The commands, by a copy of their names: the table of commands is not loaded before the mode is known. */
export const COMMAND_NAMES: readonly string[] = [
  'httpServer',
  'worker',
  'invoke',
  'events',
  'emulate',
  'lambda',
  'supervisor',
  'describe',
  'provision',
  'diff',
  'rollback',
  'status',
  'logs',
  'policy',
  'delete',
  'completion',
  'version',
  // yargs has this one.
  'help',
];

/**
 * Lambda starts the bootstrap with no arguments, and a container image with its CMD, which is the handler's name;
 * yargs and Fastify must not be loaded then.
 */
export function isLambdaStart(argv: readonly string[], env: Env): boolean {
  return (
    (argv[0] === 'lambda' && argv.length === 1) ||
    (env.AWS_LAMBDA_RUNTIME_API !== undefined && isHandler(argv))
  );
}

function isHandler([name, ...rest]: readonly string[]): boolean {
  return name === undefined || (rest.length === 0 && !name.startsWith('-') && !COMMAND_NAMES.includes(name));
}

export interface RunOptions {
  /** Custom commands, flags and template decorators. Loaded for the command line only. */
  readonly extend?: LoadExtension;
  /** What is deployed where, see `defineTopology` of `amphi/infra`. Loaded for the command line only. */
  readonly topology?: LoadTopology;
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
  const { extend, topology, argv = process.argv.slice(2) } = options;
  settleAtExit();
  if (isLambdaStart(argv, process.env)) {
    // The image's CMD goes before what the function is configured with, as an image's own runtime takes it.
    if (argv[0] !== undefined && argv[0] !== 'lambda') process.env._HANDLER = argv[0];
    const { runLambda } = await import('../adapters/lambda/runtime/run.ts');
    return runLambda(() => loadService(load), process.env);
  }
  const { runCommandLine } = await import('./main.deferred.ts');
  return runCommandLine({ load, extend, topology, argv });
}
