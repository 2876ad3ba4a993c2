import type { Argv } from 'yargs';

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {}

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
      // yargs has an error class of its own for some mistakes on the command line.
      throw error && error.name !== 'YError' ? error : new UsageError(message ?? error.message);
    });
}
