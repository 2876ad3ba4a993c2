import t from 'tap';
import { reply } from '../../src/core/index.ts';
import { type CookieAttributes, deleteCookie, setCookie, signedCookies } from '../../src/http-kit/index.ts';
import { ask, registryWith } from './support.ts';

const NEW = 'n'.repeat(32);
const OLD = 'o'.repeat(32);

/** What a request brings, by way of the routes. */
async function readBy(secrets: readonly string[], cookie: string, name = 'user') {
  const cookies = signedCookies({ secrets });
  const registry = registryWith();
  registry.get('/', (request) => ({ read: cookies.read(request, name), value: cookies.get(request, name) }));
  return (await ask(registry, '/', { cookie })).json() as Promise<{ read?: object; value?: string }>;
}

const pairOf = (line: string) => line.split(';', 1)[0]!;

t.test('what was signed comes back as it was', async (t) => {
  const cookies = signedCookies({ secrets: [NEW] });
  for (const value of ['ada', '', 'a.b=c; d', 'zoë "x" %41', '{"id":7}']) {
    const sent = pairOf(cookies.set('user', value));
    t.strictSame(await readBy([NEW], `x=1; ${sent}`), { read: { value, outdated: false }, value }, value);
  }
});

t.test('what was not signed, or for another cookie, is nothing', async (t) => {
  const sent = pairOf(signedCookies({ secrets: [NEW] }).set('user', 'ada'));
  for (const cookie of [
    sent.replace('ada', 'eve'),
    `${sent}x`,
    sent.slice(0, -1),
    'user=ada',
    'user=ada.',
    'other=1',
    pairOf(signedCookies({ secrets: [OLD] }).set('user', 'ada')),
  ])
    t.strictSame(await readBy([NEW], cookie), {}, cookie);
  t.strictSame(await readBy([NEW], sent.replace('user=', 'role='), 'role'), {}, 'under another name');
  t.strictSame(await readBy([NEW], sent, 'constructor'), {});
});

t.test('secrets rotate', async (t) => {
  const sent = pairOf(signedCookies({ secrets: [OLD] }).set('user', 'ada'));
  t.strictSame((await readBy([NEW, OLD], sent)).read, { value: 'ada', outdated: true });
  t.equal(
    pairOf(signedCookies({ secrets: [NEW, OLD] }).set('user', 'ada')) === sent,
    false,
    'the first signs',
  );
});

t.test('attributes are the careful ones unless told', async (t) => {
  t.equal(setCookie('a', 'b c'), 'a=b%20c; Path=/; HttpOnly; Secure; SameSite=Lax');
  const all: CookieAttributes = {
    ...{ path: '/x', domain: 'shop.example', maxAge: 60, expires: new Date(0), httpOnly: false },
    ...{ secure: true, sameSite: 'none', partitioned: true, priority: 'high' },
  };
  const line = setCookie('a', 'b', all);
  const wanted = [
    'a=b',
    'Max-Age=60',
    'Domain=shop.example',
    'Path=/x',
    'Expires=Thu, 01 Jan 1970 00:00:00 GMT',
  ];
  t.strictSame(
    line.split('; ').sort(),
    [...wanted, 'Secure', 'SameSite=None', 'Partitioned', 'Priority=High'].sort(),
  );
  t.equal(
    setCookie('a', 'b', { secure: false, httpOnly: false, sameSite: 'strict' }),
    'a=b; Path=/; SameSite=Strict',
  );
  t.match(deleteCookie('a', { path: '/x' }), /^a=; Max-Age=0; Path=\/x; Expires=Thu, 01 Jan 1970/);
  const registry = registryWith();
  registry.get('/', () => reply('x', { cookies: [setCookie('a', '1'), setCookie('b', '2')] }));
  t.equal((await ask(registry, '/')).headers.getSetCookie().length, 2);
});

t.test('what a browser would refuse is an error', async (t) => {
  const mistakes: [name: string, value: string, attributes: CookieAttributes, message: RegExp][] = [
    ['__Host-a', 'b', { secure: false }, /cookie __Host-a: its prefix needs Secure/],
    ['__host-a', 'b', { domain: 'shop.example' }, /allows no domain/],
    ['__Host-a', 'b', { path: '/x' }, /needs the path '\/'/],
    ['__Secure-a', 'b', { secure: false }, /its prefix needs Secure/],
    ['a', 'b', { sameSite: 'none', secure: false }, /SameSite=None needs Secure/],
    ['a', 'b', { partitioned: true, secure: false }, /Partitioned needs Secure/],
    ['a b', 'c', {}, /cookie a b: /],
    ['a', 'b', { path: '/;x' }, /cookie a: /],
    ['a', 'b', { domain: 'a b' }, /cookie a: /],
    ['a', 'b', { maxAge: 1.5 }, /cookie a: /],
  ];
  for (const [name, value, attributes, message] of mistakes)
    t.throws(() => setCookie(name, value, attributes), { name: 'ConfigError', message }, String(message));
  t.match(setCookie('__Secure-a', 'b', { domain: 'shop.example', path: '/x' }), /^__Secure-a=b/);
  const secrets: [object, RegExp][] = [
    [{}, /secrets must be a list/],
    [{ secrets: [] }, /secrets must be a list/],
    [{ secrets: [NEW, 'short'] }, /secret 2 must have 32 characters/],
    [{ secrets: [NEW], secret: NEW }, /there is no option secret/],
  ];
  for (const [options, message] of secrets)
    t.throws(() => signedCookies(options as never), { name: 'ConfigError', message });
});
