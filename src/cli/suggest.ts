/** What a mistyped command or flag was meant to be. */
import { closest, distance } from 'fastest-levenshtein';

/** What could have been meant. */
export interface Known {
  /** In camel case, without dashes. */
  readonly flags: readonly string[];
  readonly commands: readonly string[];
}

/**
 * The refusal of words that nothing takes, with what was meant where that is near.
 * @param words as yargs names them, without dashes
 * @param argv where they stand
 */
export function unknownArguments(words: readonly string[], argv: readonly string[], known: Known): string {
  const command = argv.find((given) => !given.startsWith('-'));
  // What flags an unknown command has nobody knows.
  if (command !== undefined && words.includes(command) && !known.commands.includes(command))
    return `Unknown command: ${command}${meaning(command, known.commands)}`;
  const told = new Set(words.map((word) => unknownArgument(word, argv, known.flags)));
  // yargs names a flag in kebab case twice, the second time in camel case.
  return [...told].filter(Boolean).join('\n');
}

function unknownArgument(word: string, argv: readonly string[], flags: readonly string[]): string {
  const flag = argv.find((given) => dashless(given) === word && given.startsWith('-'));
  if (flag !== undefined) return `Unknown flag: ${flag.split('=')[0]}${meaning(word, flags, '--')}`;
  return argv.includes(word) ? `Unknown argument: ${word}` : '';
}

const dashless = (given: string): string => given.replace(/^--?/, '').split('=')[0]!;

function meaning(word: string, candidates: readonly string[], dashes = ''): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? '' : `. Did you mean ${dashes}${meant}?`;
}

/**
 * The candidate that a word was meant to be, whatever its case.
 * @returns `undefined` where more than about a third of it would have to be another
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const plain = (text: string) => text.toLowerCase().replaceAll('-', '');
  const given = plain(word);
  const best = closest(given, candidates.map(plain));
  if (distance(given, best) > Math.ceil(given.length / 3)) return undefined;
  return candidates.find((candidate) => plain(candidate) === best);
}
