import { ConfigError, type HttpInterceptor, type HttpRequest } from '../core/index.ts';
import { type StateKey, stateKey } from '../core/state.ts';
import { AUTH_OPTIONS, type AuthOptions, assertAuthOptions, authenticate } from './auth.ts';
import { BearerErrors, bearerTokenOf, scopeProblem } from './bearer.ts';
import { assertAlgorithms, type JwtAlgorithm, type JwtKeyOptions, keySourceOf } from './jwt-keys.ts';
import { jwtVerifier } from './jwt-verifier.ts';
import { assertOptions, assertWhole } from './options.ts';

/** The claims of a token (RFC 7519) that was found right; times in seconds. */
export interface JwtClaims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string | string[];
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly [claim: string]: unknown;
}

export interface JwtOptions<Claims extends object = JwtClaims>
  extends JwtKeyOptions,
    Omit<AuthOptions<Claims>, 'identity'> {
  /** What a token may be signed by; `none` is never accepted. */
  readonly algorithms: readonly JwtAlgorithm[];
  /** Who must have issued it: `iss`. Default anyone who has the key. */
  readonly issuer?: string | readonly string[];
  /** Whom it must be for: one of these must be in `aud`. Default anyone. */
  readonly audience?: string | readonly string[];
  /** How far clocks may differ. Default 0. */
  readonly clockToleranceSeconds?: number;
  /** How old it may be by `iat`. Default any age. */
  readonly maxTokenAgeSeconds?: number;
  /** Claims that must be there. Default `exp`, so that no token is good for ever. */
  readonly requiredClaims?: readonly string[];
  /** A cookie that holds the token where there is no `Authorization`. Guard what changes state against forged requests then. */
  readonly cookie?: string;
  /** Takes the claims. Default `jwtClaims`. */
  readonly claims?: StateKey<Claims>;
  /** What a client that is refused is told to ask for: names with spaces between. */
  readonly scope?: string;
}

/** The claims that `jwt` has found right, where it was given no key of its own. */
export const jwtClaims: StateKey<JwtClaims> = stateKey('jwtClaims');

const OPTIONS = [
  ...AUTH_OPTIONS.filter((name) => name !== 'identity'),
  ...['secret', 'publicKey', 'jwks', 'algorithms', 'issuer', 'audience', 'clockToleranceSeconds'],
  ...['maxTokenAgeSeconds', 'requiredClaims', 'cookie', 'claims', 'scope'],
];

/**
 * Lets pass who brings a JSON Web Token that is right, in `Authorization: Bearer` or a cookie. None is 401 `TOKEN_MISSING`, one
 * that has expired 401 `TOKEN_EXPIRED`, any other that is not right 401 `TOKEN_INVALID`, one that `allow` refuses 403
 * `FORBIDDEN`; 503 `KEYS_UNAVAILABLE` where keys could not be fetched. jose checks it, and is loaded with the first token.
 * @throws ConfigError for a bad option, algorithms that are not named, and keys that are none or do not fit
 * @example
 * ```ts
 * import { createHmac } from 'node:crypto';
 * import { createRegistry } from 'amphi';
 * import { jwt, jwtClaims } from 'amphi/http-kit';
 *
 * const secret = 'a-random-secret-of-32-bytes-or-more';
 * const registry = createRegistry({ name: 'shop' });
 * registry.use('/orders', jwt({ algorithms: ['HS256'], secret, issuer: 'https://login.example' }));
 * registry.get('/orders', (_request, context) => `orders of ${context.require(jwtClaims).sub}`);
 *
 * const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
 * const claims = { iss: 'https://login.example', sub: 'ada', exp: Math.floor(Date.now() / 1000) + 60 };
 * const signed = `${part({ alg: 'HS256' })}.${part(claims)}`;
 * const token = `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
 * const headers = { authorization: `Bearer ${token}` };
 * const response = await registry.fetch(new Request('http://localhost/orders', { headers }));
 * console.log(response.status, await response.text()); // 200 orders of ada
 * ```
 */
export function jwt<Claims extends object = JwtClaims>(options: JwtOptions<Claims>): HttpInterceptor {
  assertJwtOptions(options);
  const { algorithms, cookie, realm, scope, claims = jwtClaims as unknown as StateKey<Claims> } = options;
  const { issuer, audience, clockToleranceSeconds, maxTokenAgeSeconds, requiredClaims = ['exp'] } = options;
  const errors = new BearerErrors(realm, scope);
  const checks = {
    algorithms: [...algorithms],
    requiredClaims: [...requiredClaims],
    ...(issuer !== undefined && { issuer: listOf(issuer) }),
    ...(audience !== undefined && { audience: listOf(audience) }),
    ...(clockToleranceSeconds !== undefined && { clockTolerance: clockToleranceSeconds }),
    ...(maxTokenAgeSeconds !== undefined && { maxTokenAge: maxTokenAgeSeconds }),
  };
  const verify = jwtVerifier(keySourceOf(options, algorithms), checks, errors);
  return authenticate<Claims>(
    {
      credentialsOf: (request) => bearerTokenOf(request, errors) ?? cookieOf(request, cookie),
      identify: async (token, _request, context) => {
        try {
          return (await verify(token)) as Claims;
        } catch (error) {
          // The client is not told what is wrong, so whoever looks for it is.
          context.logger.debug('jwt: token refused', { error: (error as Error).cause });
          throw error;
        }
      },
      missing: errors.missing,
      forbidden: errors.forbidden,
    },
    { ...options, identity: claims },
  );
}

const listOf = (given: string | readonly string[]): string[] => [given].flat();

function cookieOf({ cookies }: HttpRequest, name: string | undefined): string | undefined {
  return name !== undefined && Object.hasOwn(cookies, name) ? cookies[name] : undefined;
}

function assertJwtOptions<Claims extends object>(options: JwtOptions<Claims>): void {
  assertOptions('jwt', options, OPTIONS);
  assertAuthOptions('jwt', options);
  assertAlgorithms(options.algorithms);
  const problem = options.scope === undefined ? undefined : scopeProblem(options.scope);
  if (problem) throw new ConfigError(`jwt: ${problem}`);
  for (const name of ['issuer', 'audience', 'requiredClaims'] as const) {
    const given = options[name];
    if (given === undefined) continue;
    const texts = [given].flat();
    const good = texts.every((text) => typeof text === 'string' && text !== '');
    if (!good || (texts.length === 0 && name !== 'requiredClaims'))
      throw new ConfigError(`jwt: ${name} must be text, or a list of texts`);
  }
  for (const name of ['clockToleranceSeconds', 'maxTokenAgeSeconds'] as const)
    if (options[name] !== undefined) assertWhole('jwt', name, options[name], 0, 31_536_000);
}
