import {
  type Awaitable,
  ConfigError,
  type HttpInterceptor,
  type HttpRequest,
  type InvocationContext,
} from '../core/index.ts';
import { AUTH_OPTIONS, type AuthOptions, assertAuthOptions, authenticate } from './auth.ts';
import { BearerErrors, bearerTokenOf, scopeProblem } from './bearer.ts';
import { assertFunction, assertOptions } from './options.ts';
import { nameOfSecret } from './secrets.ts';

export interface BearerAuthOptions<Identity> extends AuthOptions<Identity> {
  /** Whose token it is; `undefined` or `false` for nobody's, which is 401. Compare secrets in constant time: `secretTokens` does. */
  readonly verify: (
    token: string,
    request: HttpRequest,
    context: InvocationContext,
  ) => Awaitable<Identity | undefined | false>;
  /** What a client that is refused is told to ask for: names with spaces between. */
  readonly scope?: string;
}

/**
 * Lets pass who sends `Authorization: Bearer TOKEN` with a token that `verify` knows (RFC 6750). No token is 401
 * `TOKEN_MISSING`, a wrong one 401 `TOKEN_INVALID`, one that `allow` refuses 403 `FORBIDDEN`.
 * @throws ConfigError for a bad option
 * @example
 * ```ts
 * import { createRegistry, stateKey } from 'amphi';
 * import { bearerAuth, secretTokens } from 'amphi/http-kit';
 *
 * const caller = stateKey<string>('caller');
 * const registry = createRegistry({ name: 'shop' });
 * const verify = secretTokens({ deploy: 'a-long-random-secret-of-the-deployment' });
 * registry.use('/admin', bearerAuth({ verify, identity: caller, realm: 'shop' }));
 * registry.get('/admin', (_request, context) => `Hello ${context.require(caller)}`);
 *
 * const headers = { authorization: 'Bearer a-long-random-secret-of-the-deployment' };
 * const response = await registry.fetch(new Request('http://localhost/admin', { headers }));
 * const refused = await registry.fetch(new Request('http://localhost/admin'));
 * console.log(await response.text(), refused.status); // Hello deploy 401
 * console.log(refused.headers.get('www-authenticate')); // Bearer realm="shop"
 * ```
 */
export function bearerAuth<Identity>(options: BearerAuthOptions<Identity>): HttpInterceptor {
  assertOptions('bearerAuth', options, [...AUTH_OPTIONS, 'verify', 'scope']);
  assertAuthOptions('bearerAuth', options);
  const { verify, realm, scope } = options;
  assertFunction('bearerAuth', 'verify', verify);
  const problem = scope === undefined ? undefined : scopeProblem(scope);
  if (problem) throw new ConfigError(`bearerAuth: ${problem}`);
  const errors = new BearerErrors(realm, scope);
  return authenticate<Identity>(
    {
      credentialsOf: (request) => bearerTokenOf(request, errors),
      identify: async (token, request, context) => {
        const identity = await verify(token, request, context);
        if (identity === undefined || identity === false || identity === null) throw errors.invalid();
        return identity;
      },
      missing: errors.missing,
      forbidden: errors.forbidden,
    },
    options,
  );
}

/** Bytes below which a fixed token can be guessed in the long run. */
const LEAST_TOKEN = 16;

/**
 * A `verify` for `bearerAuth` of tokens that are known beforehand; the identity is the token's name. Compared in constant time.
 * @param tokens by name; each of 16 characters at least
 * @throws ConfigError for none, or one that is too short
 * @example
 * ```ts
 * import { secretTokens } from 'amphi/http-kit';
 *
 * const verify = secretTokens({ deploy: 'a-long-random-secret', report: 'another-random-secret' });
 * console.log(verify('another-random-secret'), verify('guess')); // report undefined
 * ```
 */
export function secretTokens(
  tokens: Readonly<Record<string, string>>,
): (token: string) => string | undefined {
  const entries = Object.entries(tokens ?? {});
  if (entries.length === 0) throw new ConfigError('secretTokens: at least one token is needed');
  const short = entries.find(([, token]) => typeof token !== 'string' || token.length < LEAST_TOKEN);
  if (short)
    throw new ConfigError(`secretTokens: the token ${short[0]} must have ${LEAST_TOKEN} characters at least`);
  return (token) => nameOfSecret(entries, token);
}
