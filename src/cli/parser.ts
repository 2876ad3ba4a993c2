import type { Argv } from 'yargs';

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {}

/**
 * Whether the command line is wrong: yargs has an error class of its own for some mistakes, and where a builder is
 * asynchronous it throws that past `fail`.
 */
export function isUsageError(error: unknown): error is Error {
  return error instanceof UsageError || (error as Error | null)?.name === 'YError';
}

/** What every command line of the framework has in common. A refusal is thrown, never printed by yargs. */
export function strictParser(parser: Argv, scriptName: string): Argv {
  return parser
    .scriptName(scriptName)
    .strict()
    .version(false)
    .demandCommand(1, 'Name a command.')
    .recommendCommands()
    .help()
    .alias('h', 'help')
    .wrap(100)
    .exitProcess(false)
    .fail((message, error) => {
      throw error && !isUsageError(error) ? error : new UsageError(message ?? error.message);
    });
}
