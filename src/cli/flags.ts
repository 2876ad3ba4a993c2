import { FlagError } from './flag-values.ts';

/** @throws FlagError naming the flag */
export function portFlag(value: unknown, flag = '--port'): number {
  return wholeFlag(value, flag, 0, 65_535);
}

/** A whole number within limits; yargs makes NaN of other text. */
export function wholeFlag(value: unknown, flag: string, min: number, max: number): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isInteger(number) || number < min || number > max) {
    throw new FlagError(`${flag} ${shown(value)}: it must be a whole number from ${min} to ${max}`);
  }
  return number;
}

/** Seconds, fractions allowed, as milliseconds. */
export function secondsFlag(value: unknown, flag: string, max: number): number {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= 0 && number <= max)) {
    throw new FlagError(`${flag} ${shown(value)}: it must be seconds from 0 to ${max}`);
  }
  return Math.round(number * 1000);
}

function shown(value: unknown): string {
  return Array.isArray(value) ? `given ${value.length} times` : (JSON.stringify(value) ?? 'missing');
}

/** `--env NAME=value`, repeatable. */
export function environmentFlag(pairs: readonly string[]): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new FlagError(`--env ${JSON.stringify(pair)}: it must be NAME=value`);
    environment[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return environment;
}
