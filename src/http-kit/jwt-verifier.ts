import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { HttpError } from '../core/index.ts';
import type { BearerErrors } from './bearer.ts';
import type { KeySource } from './jwt-keys.ts';

type Jose = typeof import('./jose.deferred.ts');

/** What is wrong with the token, not with the keys that it is checked by. */
const OF_THE_TOKEN = new Set([
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'ERR_JWT_INVALID',
]);

export type Verify = (token: string) => Promise<JWTPayload>;

/** Checks tokens by jose, which is loaded with the first one; keys that were fetched are kept. */
export function jwtVerifier(source: KeySource, options: JWTVerifyOptions, errors: BearerErrors): Verify {
  const remote = source.kind === 'remote';
  let loaded: Promise<Verify> | undefined;
  const load = async (): Promise<Verify> => {
    const jose = await import('./jose.deferred.ts');
    const verify = verifierOf(jose, source, options);
    return (token) => verify(token).catch((error) => Promise.reject(refusal(jose, error, remote, errors)));
  };
  return async (token) => {
    loaded ??= load();
    return (await loaded)(token);
  };
}

function verifierOf(jose: Jose, source: KeySource, options: JWTVerifyOptions): Verify {
  if (source.kind === 'key')
    return async (token) => (await jose.jwtVerify(token, source.key, options)).payload;
  const keys = keySetOf(jose, source);
  return async (token) => (await jose.jwtVerify(token, keys, options)).payload;
}

function keySetOf(jose: Jose, source: Exclude<KeySource, { kind: 'key' }>): JWTVerifyGetKey {
  if (source.kind === 'set') return jose.createLocalJWKSet({ keys: [...source.keys] as never });
  const { timeoutMs = 5000, maxAgeMs = 600_000, cooldownMs = 30_000, headers } = source.remote;
  const options = { timeoutDuration: timeoutMs, cacheMaxAge: maxAgeMs, cooldownDuration: cooldownMs };
  return jose.createRemoteJWKSet(source.url, { ...options, ...(headers && { headers: { ...headers } }) });
}

function refusal(jose: Jose, error: unknown, remote: boolean, errors: BearerErrors): HttpError {
  if (error instanceof jose.errors.JWTExpired)
    return errors.invalid('TOKEN_EXPIRED', 'The token has expired.', error);
  if (!remote || (error instanceof jose.errors.JOSEError && OF_THE_TOKEN.has(error.code)))
    return errors.invalid('TOKEN_INVALID', 'The token is not valid.', error);
  // The keys cannot be fetched: the token may be good, so the client may try again.
  return new HttpError(503, 'KEYS_UNAVAILABLE', 'The token could not be checked.', {
    headers: { 'retry-after': '5' },
    cause: error,
  });
}
