import type { JsonWebKey, KeyObject } from 'node:crypto';
import { ConfigError } from '../core/index.ts';
import { assertOptions, assertWhole } from './options.ts';
import { crypto } from './secrets.ts';

/** What a token may be signed by; the types of key that each needs. `none` is none of them. */
const KEY_TYPES = {
  HS256: 'secret',
  HS384: 'secret',
  HS512: 'secret',
  RS256: 'rsa',
  RS384: 'rsa',
  RS512: 'rsa',
  PS256: 'rsa',
  PS384: 'rsa',
  PS512: 'rsa',
  ES256: 'ec',
  ES384: 'ec',
  ES512: 'ec',
  EdDSA: 'ed25519',
  Ed25519: 'ed25519',
} as const;

export type JwtAlgorithm = keyof typeof KEY_TYPES;

/** A set of public keys at a URL, fetched with the first token and then kept. */
export interface RemoteKeys {
  /** https; http only of this machine. */
  readonly url: string | URL;
  /** How long a fetch may take. Default 5000. */
  readonly timeoutMs?: number;
  /** How long the keys are kept before they are fetched anew. Default 600 000. */
  readonly maxAgeMs?: number;
  /** After a fetch, how long unknown keys lead to no other. Default 30 000. */
  readonly cooldownMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One of these. */
export interface JwtKeyOptions {
  /** Of HS256, HS384, HS512: as many bytes as the hash has, at least. */
  readonly secret?: string | Uint8Array;
  /** PEM (SPKI, PKCS #1 or a certificate) or a JWK. */
  readonly publicKey?: string | JsonWebKey;
  /** A JWK Set, at a URL or here. */
  readonly jwks?: string | URL | RemoteKeys | { readonly keys: readonly JsonWebKey[] };
}

/** Where the keys come from, checked. */
export type KeySource =
  | { readonly kind: 'key'; readonly key: KeyObject }
  | { readonly kind: 'set'; readonly keys: readonly JsonWebKey[] }
  | { readonly kind: 'remote'; readonly remote: RemoteKeys; readonly url: URL };

/** @throws ConfigError for no algorithms, unknown ones, and those that need keys of different kinds */
export function assertAlgorithms(algorithms: readonly JwtAlgorithm[]): void {
  const known = Object.keys(KEY_TYPES);
  if (!Array.isArray(algorithms) || algorithms.length === 0)
    throw new ConfigError(`jwt: algorithms must name those that are accepted, of ${known.join(', ')}`);
  const unknown = algorithms.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new ConfigError(`jwt: algorithm ${JSON.stringify(unknown)} is none of ${known.join(', ')}`);
  const secret = algorithms.filter((name: JwtAlgorithm) => KEY_TYPES[name] === 'secret');
  // Or a public key, which everybody has, would do as the secret.
  if (secret.length > 0 && secret.length < algorithms.length)
    throw new ConfigError('jwt: algorithms of a secret (HS...) and of a public key do not go together');
}

/** @throws ConfigError for no key or several, and for keys that do not fit the algorithms */
export function keySourceOf(options: JwtKeyOptions, algorithms: readonly JwtAlgorithm[]): KeySource {
  const { secret, publicKey, jwks } = options;
  if ([secret, publicKey, jwks].filter((given) => given !== undefined).length !== 1)
    throw new ConfigError('jwt: give one of secret, publicKey and jwks');
  const wanted = [...new Set(algorithms.map((name) => KEY_TYPES[name]))];
  if ((secret !== undefined) !== wanted.includes('secret'))
    throw new ConfigError(
      `jwt: ${algorithms.join(', ')} needs ${secret === undefined ? 'a secret' : 'a public key'}`,
    );
  if (secret !== undefined) return { kind: 'key', key: secretKey(secret, algorithms) };
  if (jwks !== undefined) return setOf(jwks);
  const key = publicKeyOf(publicKey!);
  assertFits(key, algorithms);
  return { kind: 'key', key };
}

/** RFC 7518, 3.3 and 3.4. */
const LEAST_MODULUS = 2048;
const CURVES: Readonly<Record<string, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
};

function assertFits(key: KeyObject, algorithms: readonly JwtAlgorithm[]): void {
  const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength, namedCurve } = {} } = key;
  const unfit = algorithms.find(
    (name) => KEY_TYPES[name] !== type || (CURVES[name] ?? namedCurve) !== namedCurve,
  );
  if (unfit !== undefined)
    throw new ConfigError(`jwt: publicKey is of type ${namedCurve ?? type}, which is none of ${unfit}`);
  if (modulusLength !== undefined && modulusLength < LEAST_MODULUS)
    throw new ConfigError(`jwt: publicKey has ${modulusLength} bits, it needs ${LEAST_MODULUS}`);
}

/** RFC 7518, 3.2. */
function secretKey(secret: string | Uint8Array, algorithms: readonly JwtAlgorithm[]): KeyObject {
  const bytes = typeof secret === 'string' ? Buffer.from(secret) : secret;
  const least = Math.max(...algorithms.map((name) => Number(name.slice(2)) / 8));
  if (!(bytes instanceof Uint8Array) || bytes.length < least)
    throw new ConfigError(`jwt: the secret needs ${least} bytes at least for ${algorithms.join(', ')}`);
  return crypto().createSecretKey(bytes);
}

function publicKeyOf(given: string | JsonWebKey): KeyObject {
  const isPrivate = typeof given === 'string' ? given.includes('PRIVATE KEY') : given?.d !== undefined;
  if (isPrivate) throw new ConfigError('jwt: publicKey is a private key, which has no place here');
  try {
    return crypto().createPublicKey(typeof given === 'string' ? given : { key: given, format: 'jwk' });
  } catch (error) {
    throw new ConfigError(`jwt: publicKey is no key in PEM or as JWK: ${(error as Error).message}`);
  }
}

function setOf(jwks: NonNullable<JwtKeyOptions['jwks']>): KeySource {
  if (typeof jwks === 'object' && 'keys' in jwks) {
    if (!Array.isArray(jwks.keys) || jwks.keys.length === 0)
      throw new ConfigError('jwt: jwks.keys must hold one key at least');
    for (const key of jwks.keys) publicKeyOf(key);
    return { kind: 'set', keys: jwks.keys };
  }
  const remote = typeof jwks === 'string' || jwks instanceof URL ? { url: jwks } : jwks;
  assertOptions('jwt: jwks', remote, ['url', 'timeoutMs', 'maxAgeMs', 'cooldownMs', 'headers']);
  for (const name of ['timeoutMs', 'maxAgeMs', 'cooldownMs'] as const)
    if (remote[name] !== undefined) assertWhole('jwt: jwks', name, remote[name], 1, 86_400_000);
  return { kind: 'remote', remote, url: urlOf(remote.url) };
}

/** Keys that come over a line that others can write to are nobody's. */
function urlOf(given: unknown): URL {
  const url = URL.canParse(String(given)) ? new URL(String(given)) : undefined;
  const local = url?.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !local))
    throw new ConfigError(`jwt: jwks: ${JSON.stringify(String(given))} is no https URL`);
  return url;
}
