import {
  type Awaitable,
  ConfigError,
  HttpError,
  type HttpInterceptor,
  type HttpRequest,
  type InvocationContext,
} from '../core/index.ts';
import {
  AUTH_OPTIONS,
  type AuthOptions,
  assertAuthOptions,
  authenticate,
  authorizationOf,
  challenge,
} from './auth.ts';
import { assertFunction, assertOptions } from './options.ts';
import { equalInConstantTime } from './secrets.ts';

export interface BasicAuthOptions<Identity> extends AuthOptions<Identity> {
  /** Who that is; `undefined` or `false` for nobody, which is 401. Compare secrets in constant time: `passwords` does. */
  readonly verify: (
    user: string,
    password: string,
    request: HttpRequest,
    context: InvocationContext,
  ) => Awaitable<Identity | undefined | false>;
}

/**
 * Lets pass who sends a user and a password that `verify` knows (RFC 7617, UTF-8). None are 401 `CREDENTIALS_MISSING`, wrong
 * ones 401 `CREDENTIALS_INVALID`, a user that `allow` refuses 403 `FORBIDDEN`. `realm` is `service` unless told.
 * @throws ConfigError for a bad option
 * @example
 * ```ts
 * import { createRegistry, stateKey } from 'amphi';
 * import { basicAuth, passwords } from 'amphi/http-kit';
 *
 * const user = stateKey<string>('user');
 * const registry = createRegistry({ name: 'shop' });
 * const guard = basicAuth({ verify: passwords({ ada: 'correct horse' }), identity: user, realm: 'shop' });
 * registry.get('/report', { interceptors: [guard] }, (_request, context) => `For ${context.require(user)}`);
 *
 * const headers = { authorization: `Basic ${btoa('ada:correct horse')}` };
 * const response = await registry.fetch(new Request('http://localhost/report', { headers }));
 * const refused = await registry.fetch(new Request('http://localhost/report'));
 * console.log(await response.text(), refused.status); // For ada 401
 * console.log(refused.headers.get('www-authenticate')); // Basic realm="shop", charset="UTF-8"
 * ```
 */
export function basicAuth<Identity>(options: BasicAuthOptions<Identity>): HttpInterceptor {
  assertOptions('basicAuth', options, [...AUTH_OPTIONS, 'verify']);
  assertAuthOptions('basicAuth', options);
  const { verify, realm = 'service' } = options;
  assertFunction('basicAuth', 'verify', verify);
  // RFC 7617 wants a realm.
  const headers = { 'www-authenticate': challenge('Basic', { realm, charset: 'UTF-8' }) };
  const invalid = () => new HttpError(401, 'CREDENTIALS_INVALID', 'User or password are wrong.', { headers });
  return authenticate<Identity>(
    {
      credentialsOf: (request) => authorizationOf(request, 'basic'),
      identify: async (credentials, request, context) => {
        const pair = decoded(credentials);
        const identity = pair && (await verify(...pair, request, context));
        if (identity === undefined || identity === false || identity === null) throw invalid();
        return identity;
      },
      missing: () => new HttpError(401, 'CREDENTIALS_MISSING', 'User and password are needed.', { headers }),
      forbidden: () => new HttpError(403, 'FORBIDDEN', 'This user may not do that.'),
    },
    options,
  );
}

/** User and password; `undefined` for what is none: no Base64 of UTF-8, no colon, or control characters. */
function decoded(credentials: string): [user: string, password: string] | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(credentials)) return undefined;
  const bytes = Buffer.from(credentials, 'base64');
  const text = bytes.toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0 || /[\x00-\x1f\x7f]/.test(text) || !Buffer.from(text).equals(bytes)) return undefined;
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/**
 * A `verify` for `basicAuth` of passwords that are known beforehand; the identity is the user's name. Compared in constant
 * time, that of an unknown user as well. For many users keep hashes (`scrypt` of `node:crypto`) and write a `verify` of your own.
 * @param users their passwords, by name
 * @throws ConfigError for none, an empty password, or a name with a colon
 * @example
 * ```ts
 * import { passwords } from 'amphi/http-kit';
 *
 * const verify = passwords({ ada: 'correct horse' });
 * console.log(verify('ada', 'correct horse'), verify('ada', 'guess'), verify('bob', 'correct horse')); // ada undefined undefined
 * ```
 */
export function passwords(
  users: Readonly<Record<string, string>>,
): (user: string, password: string) => string | undefined {
  const entries = Object.entries(users ?? {});
  if (entries.length === 0) throw new ConfigError('passwords: at least one user is needed');
  const bad = entries.find(
    ([name, password]) => name.includes(':') || typeof password !== 'string' || !password,
  );
  if (bad) throw new ConfigError(`passwords: user ${bad[0]} needs a password, and a name without a colon`);
  return (user, password) => {
    // An unknown user's password is compared as well.
    const expected = Object.hasOwn(users, user) ? users[user]! : entries[0]![1];
    return equalInConstantTime(password, expected) && Object.hasOwn(users, user) ? user : undefined;
  };
}
