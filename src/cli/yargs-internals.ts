/** What yargs knows and has no types for, in one place. */
import type { Argv } from 'yargs';

/** The options of the command that was called. */
export interface KnownOptions {
  /** By name, in camel case. */
  readonly key: Readonly<Record<string, unknown>>;
  readonly array: readonly string[];
  readonly boolean: readonly string[];
  readonly number: readonly string[];
  readonly choices: Readonly<Record<string, readonly (string | number)[]>>;
}

interface Internals {
  getOptions(): KnownOptions;
  getInternalMethods(): {
    getCommandInstance(): { getCommands(): string[] };
    getUsageInstance(): { getDescriptions(): Record<string, string>; cacheHelpMessage(): void };
  };
}

const internalsOf = (parser: Argv): Internals => parser as unknown as Internals;

export const optionsOf = (parser: Argv): KnownOptions => internalsOf(parser).getOptions();

export const commandsOf = (parser: Argv): string[] =>
  internalsOf(parser).getInternalMethods().getCommandInstance().getCommands();

/** What each option is for, by its name. */
export const descriptionsOf = (parser: Argv): Record<string, string> =>
  internalsOf(parser).getInternalMethods().getUsageInstance().getDescriptions();

/** Without the help that yargs makes before each command, to have it if that fails: nobody prints it then. */
export function withoutSpareHelp(parser: Argv): Argv {
  internalsOf(parser).getInternalMethods().getUsageInstance().cacheHelpMessage = () => {};
  return parser;
}
