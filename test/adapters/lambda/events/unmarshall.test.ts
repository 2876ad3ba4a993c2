import t from 'tap';
import { unmarshall } from '../../../../src/adapters/lambda/sources/events/dynamodb/unmarshall.ts';

t.test('each type of DynamoDB', async (t) => {
  const item = {
    s: { S: 'text' },
    empty: { S: '' },
    n: { N: '-1.5' },
    b: { B: 'AAEC' },
    yes: { BOOL: true },
    no: { BOOL: false },
    nil: { NULL: true },
    map: { M: { list: { L: [{ N: '1' }, { S: 'x' }, { M: {} }] } } },
    ss: { SS: ['a', 'b'] },
    ns: { NS: ['1', '2.5'] },
    bs: { BS: ['AA=='] },
    __proto__x: { S: 'p' },
  };
  t.strictSame(unmarshall(item, 'number'), {
    s: 'text',
    empty: '',
    n: -1.5,
    b: new Uint8Array([0, 1, 2]),
    yes: true,
    no: false,
    nil: null,
    map: { list: [1, 'x', {}] },
    ss: new Set(['a', 'b']),
    ns: new Set([1, 2.5]),
    bs: new Set([new Uint8Array([0])]),
    __proto__x: 'p',
  });
});

t.test('an attribute called __proto__ is data', async (t) => {
  const item = unmarshall(JSON.parse('{"__proto__":{"M":{"admin":{"BOOL":true}}}}'), 'number');
  t.strictSame(Object.keys(item), ['__proto__']);
  t.notOk('admin' in item);
});

t.test('numbers: 2^53 - 1 is the last that a number holds', async (t) => {
  const n = (N: string) => ({ n: { N } });
  t.equal(unmarshall(n('9007199254740991'), 'number').n, 9007199254740991);
  t.equal(unmarshall(n('-9007199254740991'), 'bigint').n, -9007199254740991);
  t.throws(() => unmarshall(n('9007199254740992'), 'number'), /attribute n is 9007199254740992/);
  t.throws(() => unmarshall(n('-9007199254740992'), 'number'), /more than a number can hold/);
  t.equal(unmarshall(n('9007199254740993'), 'bigint').n, 9007199254740993n);
  t.equal(unmarshall(n('9'.repeat(126)), 'bigint').n, BigInt('9'.repeat(126)));
  t.throws(() => unmarshall(n('9'.repeat(1_000_000)), 'bigint'), {
    message: 'attribute n has 1000000 characters, more than a number of DynamoDB',
  });
  t.throws(() => unmarshall(n('9007199254740993.5'), 'bigint'), /more than a number can hold/);
  t.equal(unmarshall(n('1E+60'), 'string').n, '1E+60');
});

t.test('what is no attribute value is named', async (t) => {
  for (const value of [{}, { S: 'a', N: '1' }, { X: 1 }, { toString: 1 }, 'plain']) {
    const item = JSON.parse(JSON.stringify({ a: { M: { b: value } } }));
    t.throws(() => unmarshall(item, 'number'), /^attribute a\.b has no type of DynamoDB/);
  }
});
