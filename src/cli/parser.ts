import type { Argv } from 'yargs';
import { FlagError, valueProblems } from './flag-values.ts';
import { type Known, unknownArguments } from './suggest.ts';
import { commandsOf, optionsOf } from './yargs-internals.ts';

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {}

/**
 * Whether the command line is wrong: yargs has an error class of its own for some mistakes, and where a builder is
 * asynchronous it throws that past `fail`.
 */
export function isUsageError(error: unknown): error is Error {
  return error instanceof UsageError || (error as Error | null)?.name === 'YError';
}

/**
 * What every command line of the framework has in common. A refusal is thrown, never printed by yargs.
 * @param argv what is parsed
 * @throws UsageError for a command behind `--`, where yargs would not see it
 */
export function strictParser(parser: Argv, scriptName: string, argv: readonly string[]): Argv {
  const end = argv.indexOf('--');
  if (end >= 0 && argv.slice(0, end).every((word) => word.startsWith('-'))) {
    throw new UsageError('Name a command before "--".');
  }
  return parser
    .scriptName(scriptName)
    .parserConfiguration({ 'duplicate-arguments-array': true, 'dot-notation': false })
    .strict()
    .version(false)
    .demandCommand(1, 'Name a command.')
    .help()
    .alias('h', 'help')
    .updateStrings({ 'Positionals:': 'Arguments:' })
    .wrap(100)
    .exitProcess(false)
    .check((values, options) => {
      const problems = valueProblems(values, options as never, argv);
      if (problems.length > 0) throw new FlagError(problems.join('\n'));
      // Strict as it is, yargs passes over what stands behind "--".
      const extra = values._.slice(1);
      if (extra.length > 0) throw new UsageError(unknownArguments(extra.map(String), argv, knownTo(parser)));
      return true;
    }, true)
    .fail((message, error) => {
      if (error && !isUsageError(error)) throw error;
      const text = message ?? error.message;
      const unknown = /^Unknown (?:argument|command)s?: (.*)$/s.exec(text)?.[1];
      throw new UsageError(unknown ? unknownArguments(unknown.split(', '), argv, knownTo(parser)) : text);
    });
}

/** What yargs knows at the moment: of the command that was called, or of the whole where none was. */
function knownTo(parser: Argv): Known {
  return { flags: Object.keys(optionsOf(parser).key), commands: commandsOf(parser) };
}
