/** Loaded when a request needs it: the module costs a start some milliseconds. */
export const crypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto');

/**
 * Whether two texts are the same, in a time that does not tell how far they agree, nor how long the expected one is.
 * @example
 * ```ts
 * import { equalInConstantTime } from 'amphi/http-kit';
 *
 * console.log(equalInConstantTime('secret', 'secret'), equalInConstantTime('secret', 'guess')); // true false
 * ```
 */
export function equalInConstantTime(given: string, expected: string): boolean {
  const { createHash, timingSafeEqual } = crypto();
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The name whose secret is `given`; all are compared, so that the time tells nothing. */
export function nameOfSecret(
  secrets: Iterable<readonly [string, string]>,
  given: string,
): string | undefined {
  let found: string | undefined;
  for (const [name, secret] of secrets) if (equalInConstantTime(given, secret)) found = name;
  return found;
}
