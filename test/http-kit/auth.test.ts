import t from 'tap';
import { stateKey } from '../../src/core/state.ts';
import {
  basicAuth,
  bearerAuth,
  equalInConstantTime,
  passwords,
  secretTokens,
} from '../../src/http-kit/index.ts';
import { ask, codeOf, registryWith } from './support.ts';

const who = stateKey<string>('who');
const SECRET = 'a-long-random-secret';
const challengeOf = (response: Response) => response.headers.get('www-authenticate');
const basic = (text: string | Buffer) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

t.test('bearerAuth answers as RFC 6750 says', async (t) => {
  const registry = registryWith(
    bearerAuth({
      verify: secretTokens({ deploy: SECRET, report: `${SECRET}-2` }),
      allow: (name, request) => name === 'deploy' || request.method === 'GET',
      identity: who,
      realm: 'shop',
      scope: 'read write',
    }),
  );
  registry.all('/', (_request, context) => context.require(who));
  const answer = async (authorization: string | undefined, method = 'GET') => {
    const response = await ask(registry, '/', authorization === undefined ? {} : { authorization }, method);
    const body = response.ok ? await response.text() : await codeOf(response);
    return [response.status, body, challengeOf(response)];
  };
  t.strictSame(await answer(`Bearer ${SECRET}`), [200, 'deploy', null]);
  t.strictSame(await answer(`bearer  ${SECRET}-2`), [200, 'report', null], 'the scheme has no case');
  const missing = 'Bearer realm="shop", scope="read write"';
  t.strictSame(await answer(undefined), [401, 'TOKEN_MISSING', missing]);
  t.strictSame(await answer('Basic YTpi'), [401, 'TOKEN_MISSING', missing], 'another scheme');
  const wrong = 'Bearer realm="shop", error="invalid_token", error_description="The token is not valid."';
  for (const token of ['guess', '', 'two words', `${SECRET}"`])
    t.strictSame(await answer(`Bearer ${token}`), [401, 'TOKEN_INVALID', wrong], token);
  const scope = 'Bearer realm="shop", error="insufficient_scope", scope="read write"';
  t.strictSame(await answer(`Bearer ${SECRET}-2`, 'POST'), [403, 'FORBIDDEN', scope]);
});

t.test('verify may be asynchronous, and fail without a leak', async (t) => {
  const registry = registryWith(
    bearerAuth({
      verify: async (token) => {
        if (token === 'broken') throw new Error('no database');
        return token === 'good' && { id: 7 };
      },
    }),
  );
  registry.get('/', () => 'in');
  t.equal((await ask(registry, '/', { authorization: 'Bearer good' })).status, 200);
  t.equal((await ask(registry, '/', { authorization: 'Bearer bad' })).status, 401);
  const failed = await ask(registry, '/', { authorization: 'Bearer broken' });
  t.equal(failed.status, 500);
  t.notMatch(await failed.text(), /database/);
});

t.test('optional lets strangers pass, not wrong credentials', async (t) => {
  const registry = registryWith(bearerAuth({ verify: () => undefined, identity: who, optional: true }));
  registry.get('/', (_request, context) => context.get(who) ?? 'stranger');
  t.equal(await (await ask(registry, '/')).text(), 'stranger');
  t.equal((await ask(registry, '/', { authorization: 'Bearer x' })).status, 401);
});

t.test('basicAuth answers as RFC 7617 says', async (t) => {
  const registry = registryWith(
    basicAuth({
      verify: passwords({ ada: 'correct:horse', zoë: 'pässword' }),
      allow: (name) => name !== 'zoë',
      identity: who,
      realm: 'shop',
    }),
  );
  registry.get('/', (_request, context) => context.require(who));
  const good = await ask(registry, '/', basic('ada:correct:horse'));
  t.strictSame([good.status, await good.text()], [200, 'ada'], 'the password has a colon');
  const forbidden = await ask(registry, '/', basic('zoë:pässword'));
  t.strictSame([forbidden.status, challengeOf(forbidden)], [403, null], 'she is known');
  const missing = await ask(registry, '/');
  t.equal(challengeOf(missing), 'Basic realm="shop", charset="UTF-8"');
  t.equal(await codeOf(missing), 'CREDENTIALS_MISSING');
  const wrong = [
    'ada:guess',
    'bob:correct:horse',
    'ada',
    'ada:correct:horse\0',
    Buffer.from([0xe4, 0x3a, 0x61]),
  ];
  for (const text of wrong) {
    const response = await ask(registry, '/', basic(text));
    t.strictSame([response.status, await codeOf(response)], [401, 'CREDENTIALS_INVALID'], String(text));
    t.equal(challengeOf(response), 'Basic realm="shop", charset="UTF-8"');
  }
  const odd = await ask(registry, '/', { authorization: 'Basic a*b' });
  t.equal(await codeOf(odd), 'CREDENTIALS_INVALID');
});

t.test('texts are compared whole', async (t) => {
  t.equal(equalInConstantTime('', ''), true);
  t.equal(equalInConstantTime('abc', 'abd'), false);
  t.equal(equalInConstantTime('abc', 'abcd'), false);
});

t.test('mistakes are refused at registration', async (t) => {
  const verify = () => undefined;
  const mistakes: [() => unknown, RegExp][] = [
    [() => bearerAuth({} as never), /bearerAuth: verify must be a function/],
    [() => bearerAuth({ verify, realm: 'a"b' }), /bearerAuth: realm must be/],
    [() => bearerAuth({ verify, scope: 'a  b' }), /bearerAuth: scope must be/],
    [() => bearerAuth({ verify, allowed: verify } as never), /there is no option allowed/],
    [() => basicAuth({ verify, allow: 1 } as never), /basicAuth: allow must be a function/],
    [() => secretTokens({}), /at least one token/],
    [() => secretTokens({ deploy: 'short' }), /the token deploy must have 16/],
    [() => passwords({}), /at least one user/],
    [() => passwords({ 'a:b': 'c' }), /a name without a colon/],
    [() => passwords({ ada: '' }), /user ada needs a password/],
  ];
  for (const [make, message] of mistakes) t.throws(make, { name: 'ConfigError', message });
});
