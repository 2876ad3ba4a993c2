import { ConfigError } from './errors.ts';

declare const TYPE: unique symbol;

/** What a value on the context is kept by: two keys are two places, whatever their names. Made by `stateKey`. */
export interface StateKey<T> {
  /** For error messages. */
  readonly name: string;
  /** Only for the compiler: a key of one type is no key of another. */
  readonly [TYPE]?: (value: T) => T;
}

/**
 * Makes a typed key for `context.set`, `get` and `require`: how interceptors hand on what they have found out, such as the
 * user. It lives as long as the invocation, in HTTP handlers, functions and event handlers alike.
 * @param name for error messages
 * @throws ConfigError for an empty name
 * @example
 * ```ts
 * import { createRegistry, stateKey } from 'amphi';
 *
 * const currentUser = stateKey<{ name: string }>('currentUser');
 * const registry = createRegistry({ name: 'shop' });
 *
 * registry.use((_request, context, next) => {
 *   context.set(currentUser, { name: 'Ada' });
 *   return next();
 * });
 * registry.get('/', (_request, context) => `Hello ${context.require(currentUser).name}`);
 *
 * const response = await registry.fetch(new Request('http://localhost/'));
 * console.log(await response.text()); // Hello Ada
 * ```
 */
export function stateKey<T>(name: string): StateKey<T> {
  if (typeof name !== 'string' || name === '')
    throw new ConfigError('stateKey: the name must be a text that is not empty');
  return Object.freeze({ name });
}
