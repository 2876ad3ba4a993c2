import { ConfigError } from '../core/index.ts';
import type { KnownOptions } from './yargs-internals.ts';

/** The value of a flag or argument is wrong, which the command line alone tells: exit code 2. */
export class FlagError extends ConfigError {}

/** What an option of a module refuses, as what the flag of it refuses. @throws FlagError for a ConfigError */
export function asFlag<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof ConfigError ? new FlagError(error.message) : error;
  }
}

/**
 * What is wrong with the values as yargs has parsed them, whatever the flags: none where one is needed (as an unset
 * variable of a shell leaves it), several where one is meant, or what yargs would take for something else in silence.
 */
export function valueProblems(
  values: Readonly<Record<string, unknown>>,
  options: KnownOptions,
  argv: readonly string[],
): string[] {
  const uses = usesOf(argv);
  return Object.keys(options.key).flatMap((name) => {
    const ofFlag = uses.filter((use) => use.name === name);
    const problem = problemOf(name, values[name], ofFlag, options);
    return problem === undefined ? [] : [`${ofFlag.length > 0 ? '--' : ''}${name}: ${problem}`];
  });
}

/** One use of a flag, e.g. `--port 1`. */
interface Use {
  /** In camel case. */
  readonly name: string;
  readonly negated: boolean;
  /** What stands behind `=`. */
  readonly assigned: string | undefined;
  /** Whether no value follows, or an empty one: yargs would take the default, or zero. */
  readonly empty: boolean;
}

function usesOf(argv: readonly string[]): Use[] {
  const end = argv.indexOf('--');
  const words = argv.slice(0, end < 0 ? undefined : end);
  return words.flatMap((word, index) => {
    const [, no, name, assigned] = /^--(no-)?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) return [];
    const empty = assigned === undefined ? /^(-[^\d.]|$)/.test(words[index + 1] ?? '') : assigned === '';
    return [{ name: camelCase(name), negated: no !== undefined, assigned, empty }];
  });
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function problemOf(
  name: string,
  value: unknown,
  uses: readonly Use[],
  { array, boolean, number }: KnownOptions,
): string | undefined {
  if (uses.length > 1 && !array.includes(name)) return 'given more than once';
  if (boolean.includes(name)) {
    // yargs takes any text but "true" for false.
    return uses.every(({ assigned }) => /^(true|false)$/.test(assigned ?? 'true'))
      ? undefined
      : 'takes no value';
  }
  const values = array.includes(name) && Array.isArray(value) ? value : [value];
  const missing = uses.some(({ negated, empty }) => negated || empty);
  // A list of arguments that are no flags may be empty.
  if (missing || values.includes('') || (values.length === 0 && uses.length > 0)) return 'needs a value';
  return number.includes(name) && values.some(Number.isNaN) ? 'must be a number' : undefined;
}
