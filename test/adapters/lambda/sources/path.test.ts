import t from 'tap';
import { basePathFrom } from '../../../../src/adapters/lambda/sources/http/shared/path.ts';
import { alb, functionUrl, latticeV1, latticeV2, requestOf, v1, v2 } from './support.ts';

t.test('a path that starts with two slashes is a path, no host', async (t) => {
  t.equal(requestOf(v1({ path: '//evil.example/x' })).path, '//evil.example/x');
  t.equal(requestOf(v2({ rawPath: '//evil.example/x' })).path, '//evil.example/x');
  t.equal(requestOf(alb({ path: '//evil.example/../x' })).path, '//evil.example/../x');
});

t.test('a path without its slash gets one', async (t) => {
  t.equal(requestOf(v1({ path: 'x' })).path, '/x');
  t.equal(requestOf(latticeV1({ raw_path: 'x' })).path, '/x');
});

t.test('sources that keep the path encoded pass it as sent', async (t) => {
  const sent = '/a%2Fb/%F0%9F%98%80/c%20d/%25/e+f';
  for (const event of [
    v1({ path: sent }),
    functionUrl({ rawPath: sent }),
    alb({ path: sent }),
    latticeV1({ raw_path: sent }),
    latticeV2({ path: sent }),
  ])
    t.equal(requestOf(event).path, sent);
});

t.test('a path that an HTTP API decoded is encoded again', async (t) => {
  const cases = [
    ['/a/b', '/a/b'],
    ['/😀/é x', '/%F0%9F%98%80/%C3%A9%20x'],
    ['/a#b', '/a%23b'],
    ['/a?b', '/a%3Fb'],
    ['/100%', '/100%25'],
    ['/100%/x', '/100%25/x'],
    ['/50%zz', '/50%25zz'],
    ['/a%2Fb', '/a%2Fb'],
    ['/["<>|\\^`{}]', '/%5B%22%3C%3E%7C%5C%5E%60%7B%7D%5D'],
    ["/-._~!$&'()*+,;=:@", "/-._~!$&'()*+,;=:@"],
    ['/\u0000\u007f', '/%00%7F'],
    ['/x\ud800', '/x%EF%BF%BD'],
  ];
  for (const [decoded, encoded] of cases) {
    t.equal(requestOf(v2({ rawPath: decoded })).path, encoded);
    t.equal(requestOf(v1({ path: decoded, version: '1.0' })).path, encoded, 'payload format 1.0');
  }
});

t.test('a named v2 stage is cut on a segment boundary only', async (t) => {
  const cases = [
    ['prod', '/prod/x', '/x'],
    ['prod', '/prod', '/'],
    ['prod', '/prod/', '/'],
    ['prod', '/products/1', '/products/1'],
    ['prod', '/x/prod', '/x/prod'],
    ['prod', '/prod/prod/x', '/prod/x'],
    ['prod', '/prod//x', '//x'],
    ['$default', '/$default/x', '/$default/x'],
  ];
  for (const [stage, rawPath, path] of cases)
    t.equal(requestOf(v2({ rawPath, context: { stage } })).path, path, `${stage} ${rawPath}`);
});

t.test('v1 has its stage in requestContext only, so a path like the stage stays', async (t) => {
  t.equal(requestOf(v1({ path: '/prod/x' })).path, '/prod/x');
});

t.test('an explicit base path is cut on a segment boundary, after the stage', async (t) => {
  const cases = [
    ['/shop/x', '/x'],
    ['/shop', '/'],
    ['/shopping', '/shopping'],
    ['/other', '/other'],
  ];
  for (const [sent, path] of cases) {
    for (const event of [
      v1({ path: sent }),
      v2({ rawPath: sent }),
      functionUrl({ rawPath: sent }),
      alb({ path: sent }),
      latticeV1({ raw_path: sent }),
      latticeV2({ path: sent }),
    ])
      t.equal(requestOf(event, '/shop').path, path);
  }
  t.equal(requestOf(v2({ rawPath: '/prod/shop/x', context: { stage: 'prod' } }), '/shop').path, '/x');
});

t.test('AMPHI_BASE_PATH is checked', async (t) => {
  t.equal(basePathFrom({}), '');
  t.equal(basePathFrom({ AMPHI_BASE_PATH: '' }), '');
  t.equal(basePathFrom({ AMPHI_BASE_PATH: '/' }), '');
  t.equal(basePathFrom({ AMPHI_BASE_PATH: '/shop/' }), '/shop');
  t.equal(basePathFrom({ AMPHI_BASE_PATH: '/a/b%20c' }), '/a/b%20c');
  for (const bad of ['shop', '/a b', '/a?b', 'https://x/y'])
    t.throws(() => basePathFrom({ AMPHI_BASE_PATH: bad }), {
      name: 'ConfigError',
      message: `AMPHI_BASE_PATH=${bad}: it must be a URL path that starts with /, e.g. /orders`,
    });
});
