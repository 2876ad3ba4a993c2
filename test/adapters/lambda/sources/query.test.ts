import t from 'tap';
import { alb, albMulti, functionUrl, latticeV1, latticeV2, requestOf, v1, v2 } from './support.ts';

/** What the handler's `request.query` holds. */
function queryOf(event: unknown): [string, string][] {
  return [...new URLSearchParams(requestOf(event).rawQuery)];
}

t.test('v1 values come decoded and are encoded again', async (t) => {
  const decoded = { q: ['a b', '100%', 'x&y=z', '+', '%41', 'é😀'], 'k[a] b': ['1'], flag: [''] };
  const expected = [
    ['q', 'a b'],
    ['q', '100%'],
    ['q', 'x&y=z'],
    ['q', '+'],
    ['q', '%41'],
    ['q', 'é😀'],
    ['k[a] b', '1'],
    ['flag', ''],
  ];
  t.same(queryOf(v1({ multiValueQueryStringParameters: decoded })), expected);
  const { rawQuery } = requestOf(v1({ multiValueQueryStringParameters: { q: ['a b&c'] } }));
  t.equal(rawQuery, 'q=a%20b%26c');
});

t.test('v1 falls back to single values; null and empty are no query', async (t) => {
  t.same(queryOf(v1({ queryStringParameters: { a: '1 2' } })), [['a', '1 2']]);
  const empty = { multiValueQueryStringParameters: {}, queryStringParameters: { a: '1' } };
  t.same(queryOf(v1(empty)), [['a', '1']]);
  t.equal(requestOf(v1()).rawQuery, '');
  t.equal(requestOf(v1({ queryStringParameters: undefined })).rawQuery, '');
  t.same(queryOf(v1({ queryStringParameters: { a: null, b: '1' } })), [['b', '1']]);
});

t.test('a lone surrogate in a decoded value is replaced, never an exception', async (t) => {
  t.same(queryOf(v1({ queryStringParameters: { a: 'x\ud800' } })), [['a', 'x\ufffd']]);
});

t.test('ALB keys and values are decoded once, + is a space, a bad 100% is kept', async (t) => {
  const sent = {
    'k%5Ba%5D': ['a%20b', 'a+b', '100%', '%2541', '%E2%82%AC', '%26x%3Dy'],
    'x+y': ['1'],
    flag: [''],
  };
  t.same(queryOf(albMulti({ multiValueQueryStringParameters: sent })), [
    ['k[a]', 'a b'],
    ['k[a]', 'a b'],
    ['k[a]', '100%'],
    ['k[a]', '%41'],
    ['k[a]', '€'],
    ['k[a]', '&x=y'],
    ['x y', '1'],
    ['flag', ''],
  ]);
  t.same(queryOf(alb({ queryStringParameters: { q: 'caf%C3%A9', p: '100%' } })), [
    ['q', 'café'],
    ['p', '100%'],
  ]);
  t.equal(requestOf(alb({ queryStringParameters: { q: 'a%2Cb+c' } })).rawQuery, 'q=a%2Cb+c', 'as sent');
  t.equal(requestOf(alb({ queryStringParameters: null })).rawQuery, '');
});

t.test('an emulator that decodes for ALB cannot break the query apart', async (t) => {
  t.same(queryOf(alb({ queryStringParameters: { 'a=b': 'x & y#é' } })), [['a=b', 'x & y#é']]);
  t.same(queryOf(alb({ queryStringParameters: { a: 'x&y' } })), [['a', 'x&y']]);
});

t.test('v2 reads rawQueryString only: repeats and commas stay as sent', async (t) => {
  for (const make of [v2, functionUrl]) {
    const event = make({
      rawQueryString: 'tag=a,b&tag=c&x=100%&y=a+b',
      queryStringParameters: { tag: 'a,b,c', x: '100%', y: 'a b' },
    });
    t.equal(requestOf(event).rawQuery, 'tag=a,b&tag=c&x=100%&y=a+b');
    t.same(queryOf(event), [
      ['tag', 'a,b'],
      ['tag', 'c'],
      ['x', '100%'],
      ['y', 'a b'],
    ]);
    t.equal(requestOf(make({ rawQueryString: undefined, queryStringParameters: { a: '1' } })).rawQuery, '');
  }
});

t.test('Lattice: single or array values as sent; a query in the path wins', async (t) => {
  t.same(queryOf(latticeV1({ query_string_parameters: { a: 'x%20y' } })), [['a', 'x y']]);
  t.same(queryOf(latticeV2({ queryStringParameters: { a: ['1', '2'], b: '3' } })), [
    ['a', '1'],
    ['a', '2'],
    ['b', '3'],
  ]);
  const inPath = latticeV1({ raw_path: '/x?a=1&a=2', query_string_parameters: { a: '2' } });
  t.equal(requestOf(inPath).path, '/x');
  t.equal(requestOf(inPath).rawQuery, 'a=1&a=2');
});
