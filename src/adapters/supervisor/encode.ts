import { ConfigError } from '../../core/index.ts';

/** An option that supervisord could not read back, or that would do harm; the message names it. */
export class SupervisorConfigError extends ConfigError {
  override readonly name = 'SupervisorConfigError';
  readonly option: string;
  /** What is wrong, without the option's name. */
  readonly problem: string;

  constructor(option: string, problem: string) {
    super(`supervisor option ${option}: ${problem}`);
    this.option = option;
    this.problem = problem;
  }
}

/** Refuses what an INI line cannot hold: line ends, other control characters, unpaired surrogates. */
export function refuseControls(option: string, value: string): string {
  const bad = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.exec(value);
  if (bad) {
    const code = bad[0].charCodeAt(0).toString(16).padStart(4, '0');
    throw new SupervisorConfigError(
      option,
      `control character U+${code.toUpperCase()} at index ${bad.index}`,
    );
  }
  if (!value.isWellFormed()) throw new SupervisorConfigError(option, 'unpaired surrogate, not valid Unicode');
  return value;
}

/** Formats to nothing: `here` is known in every section, and `.0` takes none of its characters. */
const NOTHING = '%(here).0s';

/**
 * Encodes text for supervisord's `%` expansion and for the INI reader below it.
 * - `%` is `%%`.
 * - `;` and `#` after white space start a comment even inside quotes, so NOTHING goes between.
 * - supervisord replaces a literal `%(here)s` textually before it expands, hence the split there.
 *
 * @param times how often supervisord expands this option (2 for log file names)
 */
export function escapeExpansion(value: string, times = 1): string {
  let text = value;
  for (let i = 0; i < times; i++) {
    text = text.replaceAll('%', '%%').replaceAll('%(here)s', `%(${NOTHING}here)s`);
  }
  return text.replace(/(^|\s)(?=[;#])/gu, `$1${NOTHING}`);
}

/** One word of `command=`, which supervisord splits with `shlex.split` (POSIX rules). */
export function commandWord(option: string, word: string): string {
  refuseControls(option, word);
  if (/^[\w@%+=:,./-]+$/.test(word)) return escapeExpansion(word);
  return escapeExpansion(`'${word.replaceAll("'", `'"'"'`)}'`);
}

/**
 * A value of `environment=`, which supervisord lexes with non-POSIX shlex: no escapes exist, a quoted
 * word ends at its own quote, and quotes of either kind are stripped from both ends.
 */
export function environmentValue(option: string, value: string): string {
  refuseControls(option, value);
  if (/^['"]|['"]$/.test(value)) {
    throw new SupervisorConfigError(
      option,
      'a value that starts or ends with a quote is lost by supervisord',
    );
  }
  if (!value.includes('"')) return escapeExpansion(`"${value}"`);
  if (!value.includes("'")) return escapeExpansion(`'${value}'`);
  // A bare word keeps both kinds of quotes, but only beside the lexer's own word characters.
  if (/^[\w/.+():'"-]+$/.test(value)) return value;
  throw new SupervisorConfigError(
    option,
    'both kinds of quotes in one value cannot be written for supervisord',
  );
}

/** Why supervisord cannot hold a value of `environment=`; `undefined` for nothing. */
export function environmentProblem(value: string): string | undefined {
  try {
    environmentValue('environment', value);
    return undefined;
  } catch (error) {
    if (error instanceof SupervisorConfigError) return error.problem;
    throw error;
  }
}

/** `KEY="value",...` in the given order. */
export function environmentList(option: string, environment: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(environment).map(([name, value]) => {
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      throw new SupervisorConfigError(option, `${JSON.stringify(name)} is not a variable name`);
    }
    return `${name}=${environmentValue(`${option}.${name}`, value)}`;
  });
  return pairs.join(',');
}

/** An absolute path, encoded; `times` as in {@link escapeExpansion}. */
export function absolutePath(option: string, path: string, times = 1): string {
  refuseControls(option, path);
  if (!path.startsWith('/')) {
    throw new SupervisorConfigError(option, `${JSON.stringify(path)} is not an absolute path`);
  }
  if (/\s$/u.test(path))
    throw new SupervisorConfigError(option, 'trailing white space is lost by supervisord');
  return escapeExpansion(path, times);
}

/** A whole number within limits. */
export function wholeNumber(option: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new SupervisorConfigError(option, `${value} is not a whole number from ${min} to ${max}`);
}
