import { ConfigError } from '../core/index.ts';

/** @throws ConfigError for an option that is not known, which is mostly a misspelt one */
export function assertOptions(where: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new ConfigError(`${where}: the options must be an object`);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new ConfigError(`${where}: there is no option ${unknown}, use ${known.join(', ')}`);
}

/** @throws ConfigError for what is no whole number in the range */
export function assertWhole(where: string, name: string, value: unknown, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most)
    throw new ConfigError(`${where}: ${name} must be a whole number from ${least} to ${most}`);
}

/** @throws ConfigError for what would break out of a quoted string of a header */
export function assertRealm(where: string, realm: string): void {
  if (typeof realm !== 'string' || !/^[\x20-\x7e]*$/.test(realm) || /["\\]/.test(realm))
    throw new ConfigError(`${where}: realm must be ASCII text without quotes and backslashes`);
}

/** @throws ConfigError for what is no function */
export function assertFunction(where: string, name: string, value: unknown): void {
  if (typeof value !== 'function') throw new ConfigError(`${where}: ${name} must be a function`);
}
