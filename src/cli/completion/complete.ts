/** Candidates for the last word of a command line. */
import type { CommandTools, LazyCommand } from '../command.ts';
import { nameOf, withAllFlags } from '../extension.ts';
import { descriptionsOf, type KnownOptions, optionsOf } from '../yargs-internals.ts';
import { flagValues, positionalValues } from './values.ts';

export type Candidate = readonly [value: string, about: string];

interface Parsed {
  readonly options: KnownOptions;
  readonly about: Readonly<Record<string, string>>;
}

/** @param words behind the program's name; the last is what is being typed, and may be empty */
export async function complete(
  all: readonly LazyCommand[],
  tools: CommandTools,
  words: readonly string[],
): Promise<readonly Candidate[]> {
  // bash makes words of its own of --flag=value.
  const whole = words.at(-1) === '=' ? [...words, ''] : words;
  const before = whole.slice(0, -1).filter((word) => word !== '=');
  const typed = whole.at(-1) ?? '';
  const at = before.findIndex((word) => !word.startsWith('-'));
  const command = all.find((known) => nameOf(known) === before[at]);
  const candidates =
    at < 0
      ? all.map((known): Candidate => [nameOf(known), known.describe])
      : command === undefined
        ? []
        : await ofCommand(command, tools, before.slice(at + 1), typed);
  return candidates.filter(([value]) => value.startsWith(typed));
}

async function ofCommand(
  command: LazyCommand,
  tools: CommandTools,
  given: readonly string[],
  typed: string,
): Promise<readonly Candidate[]> {
  const { options, about } = await parsedOf(command, tools);
  const [, flag, assigned] = /^--([^=]+)=(.*)$/s.exec(typed) ?? [];
  if (flag !== undefined) {
    const values = await flagValues(flag, options.choices[flag], tools);
    return assigned === undefined ? [] : values.map((value): Candidate => [`--${flag}=${value}`, '']);
  }
  if (typed.startsWith('-')) return unused(options, about, given);
  const before = /^--(.+)$/.exec(given.at(-1) ?? '')?.[1];
  const takesValue = before !== undefined && Object.hasOwn(options.key, before);
  if (takesValue && !options.boolean.includes(before)) {
    return (await flagValues(before, options.choices[before], tools)).map((value): Candidate => [value, '']);
  }
  return (await positionalValues(nameOf(command), tools)).map((value): Candidate => [value, '']);
}

/** The flags that may still be given. */
function unused(options: KnownOptions, about: Parsed['about'], given: readonly string[]): Candidate[] {
  const used = (name: string) => given.some((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  return Object.keys(options.key)
    .filter((name) => name.length > 1 && (options.array.includes(name) || !used(name)))
    .map((name): Candidate => [`--${name}`, (about[name] ?? '').replace(/^__yargsString__:/, '')]);
}

async function parsedOf(command: LazyCommand, tools: CommandTools): Promise<Parsed> {
  const { yargs } = await import('../yargs.deferred.ts');
  const parser = await withAllFlags(command, yargs([]), tools.extension);
  return { options: optionsOf(parser), about: descriptionsOf(parser) };
}
