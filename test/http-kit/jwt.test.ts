import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JWTPayload, SignJWT } from 'jose';
import t from 'tap';
import { createLogger } from '../../src/core/index.ts';
import { stateKey } from '../../src/core/state.ts';
import { type JwtOptions, jwt, jwtClaims } from '../../src/http-kit/index.ts';
import { inject } from '../../src/testing/index.ts';
import { ask, codeOf, registryWith } from './support.ts';

const SECRET = 'a-random-secret-of-32-bytes-or-more';
const secret = Buffer.from(SECRET);
const ed = generateKeyPairSync('ed25519');
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

interface Given {
  readonly alg?: string;
  readonly kid?: string;
  readonly claims?: JWTPayload;
}

const IN_A_MINUTE = () => Math.floor(Date.now() / 1000) + 60;

function tokenBy(key: KeyObject | Uint8Array, { alg = 'HS256', kid, claims }: Given = {}): Promise<string> {
  const payload = { sub: 'ada', exp: IN_A_MINUTE(), ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg, ...(kid && { kid }) }).sign(key);
}

async function answerTo(
  options: JwtOptions,
  token: string | undefined,
  headers: Record<string, string> = {},
) {
  const registry = registryWith(jwt(options));
  registry.get('/', (_request, context) => context.require(jwtClaims).sub);
  const sent = token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` };
  const response = await ask(registry, '/', sent);
  return [response.status, response.ok ? await response.text() : await codeOf(response)];
}

const GOOD = [200, 'ada'];
const INVALID = [401, 'TOKEN_INVALID'];
const hs: JwtOptions = { algorithms: ['HS256'], secret: SECRET };

t.test('keys of each kind', async (t) => {
  t.strictSame(await answerTo(hs, await tokenBy(secret)), GOOD);
  const es: JwtOptions = { algorithms: ['ES256'], publicKey: pem(ec.publicKey) };
  const token = await tokenBy(ec.privateKey, { alg: 'ES256' });
  t.strictSame(await answerTo(es, token), GOOD, 'PEM');
  t.strictSame(
    await answerTo({ ...es, publicKey: ec.publicKey.export({ format: 'jwk' }) }, token),
    GOOD,
    'JWK',
  );
  const edToken = await tokenBy(ed.privateKey, { alg: 'EdDSA' });
  t.strictSame(await answerTo({ algorithms: ['EdDSA'], publicKey: pem(ed.publicKey) }, edToken), GOOD);
  t.strictSame(await answerTo(es, await tokenBy(other.privateKey, { alg: 'ES256' })), INVALID, 'another key');
  const set = { keys: [{ ...ec.publicKey.export({ format: 'jwk' }), kid: 'k1' }] };
  const known = await tokenBy(ec.privateKey, { alg: 'ES256', kid: 'k1' });
  t.strictSame(await answerTo({ algorithms: ['ES256'], jwks: set }, known), GOOD, 'a set');
});

t.test('what is not right is 401', async (t) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${part({ alg: 'none' })}.${part({ sub: 'ada', exp: IN_A_MINUTE() })}.`;
  t.strictSame(await answerTo(hs, undefined), [401, 'TOKEN_MISSING']);
  t.strictSame(await answerTo(hs, unsigned), INVALID, 'none');
  t.strictSame(await answerTo(hs, 'abc'), INVALID);
  t.strictSame(await answerTo(hs, `${await tokenBy(secret)}x`), INVALID, 'signature');
  t.strictSame(await answerTo(hs, await tokenBy(secret, { alg: 'HS512' })), INVALID, 'algorithm');
  const es: JwtOptions = { algorithms: ['ES256'], publicKey: pem(ec.publicKey) };
  const confused = await tokenBy(Buffer.from(pem(ec.publicKey)));
  t.strictSame(await answerTo(es, confused), INVALID, 'the public key as a secret');
  const eternal = await new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
  t.strictSame(await answerTo(hs, eternal), INVALID, 'no exp');
  t.strictSame(await answerTo({ ...hs, requiredClaims: [] }, eternal), GOOD, 'unless it may');
});

t.test('the log tells why, where it is asked to', async (t) => {
  const lines: { message: string; error: { code: string } }[] = [];
  const logger = createLogger({ level: 'DEBUG', write: (line) => lines.push(JSON.parse(line)) });
  const registry = registryWith(jwt(hs));
  registry.get('/', () => 'in');
  const headers = { authorization: `Bearer ${await tokenBy(secret, { alg: 'HS512' })}` };
  await inject(registry, new Request('http://localhost/', { headers }), { as: 'alb', logger });
  const { error } = lines.find(({ message }) => message === 'jwt: token refused')!;
  t.equal(error.code, 'ERR_JOSE_ALG_NOT_ALLOWED');
  await registry.close();
});

t.test('claims are checked', async (t) => {
  const wanted: JwtOptions = { ...hs, issuer: 'https://login.example', audience: ['shop', 'admin'] };
  const claims = { iss: 'https://login.example', aud: 'shop' };
  t.strictSame(await answerTo(wanted, await tokenBy(secret, { claims })), GOOD);
  for (const wrong of [{ iss: 'https://evil.example' }, { aud: 'bank' }, { iss: undefined }])
    t.strictSame(await answerTo(wanted, await tokenBy(secret, { claims: { ...claims, ...wrong } })), INVALID);
  const past = await tokenBy(secret, { claims: { exp: IN_A_MINUTE() - 90 } });
  t.strictSame(await answerTo(hs, past), [401, 'TOKEN_EXPIRED']);
  t.strictSame(await answerTo({ ...hs, clockToleranceSeconds: 3600 }, past), GOOD, 'clocks differ');
  const early = await tokenBy(secret, { claims: { nbf: IN_A_MINUTE() } });
  t.strictSame(await answerTo(hs, early), INVALID, 'not yet');
  const old = await tokenBy(secret, { claims: { iat: IN_A_MINUTE() - 3660 } });
  t.strictSame(await answerTo({ ...hs, maxTokenAgeSeconds: 600 }, old), [401, 'TOKEN_EXPIRED'], 'too old');
  t.strictSame(await answerTo({ ...hs, requiredClaims: ['role'] }, await tokenBy(secret)), INVALID);
});

t.test('a cookie, typed claims, allow and the challenge', async (t) => {
  const user = stateKey<{ sub: string; role: string }>('user');
  const registry = registryWith(
    jwt({ ...hs, claims: user, cookie: 'token', realm: 'shop', allow: ({ role }) => role === 'admin' }),
  );
  registry.get('/', (_request, context) => `${context.require(user).role} ${context.get(jwtClaims)}`);
  const token = await tokenBy(secret, { claims: { role: 'admin' } });
  t.equal(await (await ask(registry, '/', { cookie: `a=b; token=${token}` })).text(), 'admin undefined');
  const forbidden = await ask(registry, '/', { authorization: `Bearer ${await tokenBy(secret)}` });
  t.equal(forbidden.status, 403);
  t.equal(forbidden.headers.get('www-authenticate'), 'Bearer realm="shop", error="insufficient_scope"');
  const missing = await ask(registry, '/');
  t.equal(missing.headers.get('www-authenticate'), 'Bearer realm="shop"');
});

t.test('keys of a URL are fetched once and kept, new ones are found', async (t) => {
  const keyOf = ({ publicKey }: { publicKey: KeyObject }, kid: string) => ({
    ...publicKey.export({ format: 'jwk' }),
    kid,
  });
  let keys: object[] = [keyOf(ec, 'k1')];
  let fetches = 0;
  let status = 200;
  const server = createServer((_request, response) => {
    fetches++;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  const registry = registryWith(jwt({ algorithms: ['ES256'], jwks: { url, cooldownMs: 1 } }));
  registry.get('/', () => 'in');
  const statusOf = async (kid: string, { privateKey }: { privateKey: KeyObject }) => {
    const token = await tokenBy(privateKey, { alg: 'ES256', kid });
    const response = await ask(registry, '/', { authorization: `Bearer ${token}` });
    return [response.status, response.ok ? await response.text() : await codeOf(response)];
  };
  status = 500;
  t.strictSame(await statusOf('k1', ec), [503, 'KEYS_UNAVAILABLE']);
  status = 200;
  t.strictSame(await statusOf('k1', ec), [200, 'in'], 'a failure is not kept');
  t.strictSame([await statusOf('k1', ec), fetches], [[200, 'in'], 2], 'the keys are kept');
  keys = [keyOf(other, 'k2')];
  await new Promise((resolve) => setTimeout(resolve, 5));
  t.strictSame(await statusOf('k2', other), [200, 'in'], 'rotated');
  await new Promise((resolve) => setTimeout(resolve, 5));
  t.strictSame(await statusOf('k3', other), [401, 'TOKEN_INVALID'], 'no such key');
});

t.test('who waits for keys does not wait for ever', async (t) => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  const token = await tokenBy(ec.privateKey, { alg: 'ES256', kid: 'k1' });
  const answer = await answerTo({ algorithms: ['ES256'], jwks: { url, timeoutMs: 20 } }, token);
  t.strictSame(answer, [503, 'KEYS_UNAVAILABLE']);
});

t.test('mistakes are refused at registration', async (t) => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const mistakes: [object, RegExp][] = [
    [{ secret: SECRET }, /algorithms must name/],
    [{ algorithms: [], secret: SECRET }, /algorithms must name/],
    [{ algorithms: ['none'], secret: SECRET }, /algorithm "none" is none of HS256/],
    [{ algorithms: ['HS256', 'ES256'], secret: SECRET }, /do not go together/],
    [{ algorithms: ['HS256'] }, /give one of secret, publicKey and jwks/],
    [{ ...hs, jwks: 'https://x.example' }, /give one of/],
    [{ algorithms: ['HS512'], secret: SECRET }, /needs 64 bytes/],
    [{ algorithms: ['HS256'], publicKey: pem(ec.publicKey) }, /HS256 needs a secret/],
    [{ algorithms: ['ES256'], secret: SECRET }, /ES256 needs a public key/],
    [{ algorithms: ['RS256'], publicKey: pem(ec.publicKey) }, /of type prime256v1, which is none of RS256/],
    [{ algorithms: ['ES384'], publicKey: pem(ec.publicKey) }, /none of ES384/],
    [{ algorithms: ['RS256'], publicKey: pem(rsa.publicKey) }, /has 1024 bits/],
    [{ algorithms: ['ES256'], publicKey: 'no key' }, /publicKey is no key/],
    [
      { algorithms: ['ES256'], publicKey: ec.privateKey.export({ type: 'pkcs8', format: 'pem' }) },
      /publicKey is a private key/,
    ],
    [{ algorithms: ['ES256'], jwks: 'http://login.example/keys' }, /is no https URL/],
    [{ algorithms: ['ES256'], jwks: { keys: [] } }, /one key at least/],
    [{ algorithms: ['ES256'], jwks: { url: 'https://x.example', timeoutMs: 0 } }, /timeoutMs must be/],
    [{ ...hs, audience: [] }, /audience must be text/],
    [{ ...hs, clockToleranceSeconds: -1 }, /clockToleranceSeconds must be/],
    [{ ...hs, identity: jwtClaims }, /there is no option identity/],
  ];
  for (const [options, message] of mistakes)
    t.throws(() => jwt(options as JwtOptions), { name: 'ConfigError', message }, String(message));
});
