import t from 'tap';
import { JsonError, toJsonText } from '../../src/core/index.ts';

t.test('sets and maps are arrays, at any depth', async (t) => {
  const value = {
    tags: new Set(['a', 'b']),
    empty: new Set(),
    by: new Map<string, unknown>([['k', new Set([1])]]),
    plain: {},
  };
  t.equal(toJsonText(value), '{"tags":["a","b"],"empty":[],"by":[["k",[1]]],"plain":{}}');
});

t.test('what JSON.stringify would lose in silence, or refuse without a place, names its path', async (t) => {
  const circle: Record<string, unknown> = { list: [] };
  (circle.list as unknown[]).push({ circle });
  const cases: [unknown, RegExp][] = [
    [{ a: [{ b: 1n }] }, /^\.a\[0\]\.b: a BigInt/],
    [circle, /^\.list\[0\]\.circle: a circle/],
    [{ user: Promise.resolve(1) }, /^\.user: a promise, await it first/],
    [{ failed: [new Error('x')] }, /^\.failed\[0\]: an Error/],
    [{ hash: new Uint8Array([1]) }, /^\.hash: bytes/],
    [{ hash: new Float32Array(0) }, /^\.hash: bytes/],
    [new Map([['k', 1n]]), /^\[0\]\[1\]: a BigInt/],
    [() => 1, /^a function is no JSON value/],
    [Symbol('x'), /^a symbol is no JSON value/],
    [
      {
        get bad() {
          throw new Error('no');
        },
      },
      /it is no JSON value: no/,
    ],
  ];
  for (const [value, message] of cases) {
    let thrown: unknown;
    try {
      toJsonText(value);
    } catch (error) {
      thrown = error;
    }
    t.ok(thrown instanceof JsonError, String(message));
    t.match((thrown as Error | undefined)?.message, message);
  }
});

t.test('JSON keeps its own rules where they lose nothing that anyone would miss', async (t) => {
  const value = {
    nan: Number.NaN,
    none: undefined,
    when: new Date(0),
    bad: new Date(Number.NaN),
    buffer: Buffer.from('a'),
  };
  t.equal(toJsonText(value), JSON.stringify(value));
  t.equal(toJsonText(null), 'null');
  t.equal(toJsonText({ deep: [{}, { 0: 'zero' }] }), '{"deep":[{},{"0":"zero"}]}');
});
