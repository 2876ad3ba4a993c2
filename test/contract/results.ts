import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../src/cli/run.ts';
import { createRegistry, HttpError, reply } from '../../src/core/index.ts';

// One function that returns, streams or throws whatever its event names; a process of its own for each way in.

const LIMIT = 6 * 1024 * 1024 + 100;

class Point {
  readonly x = 1;
  readonly #hidden = 2;
  get sum(): number {
    return this.x + this.#hidden;
  }
}

const circle = (): unknown => {
  const value: Record<string, unknown> = { list: [] };
  (value.list as unknown[]).push(value);
  return value;
};
const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
};
const fail = (): never => {
  throw new RangeError('a getter threw');
};
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const later = (value: unknown) => async () => {
  await sleep(1);
  return value;
};

async function* pieces(values: readonly unknown[], end?: () => unknown): AsyncGenerator<unknown> {
  for (const value of values) {
    yield value;
    await sleep(1);
  }
  if (end) throw end();
}

/** Resolves or rejects as a promise would. */
const thenable = (then: unknown, target: object = {}) =>
  Object.defineProperty(target, 'then', { value: then, enumerable: true });
type Settle = (value: unknown) => void;

const locked = () => {
  const stream = new ReadableStream();
  stream.getReader();
  return stream;
};
const destroyed = () => {
  const stream = Readable.from(['x']);
  stream.destroy();
  return stream;
};
const web = (...values: unknown[]) =>
  new ReadableStream({
    start(controller) {
      for (const value of values) controller.enqueue(value);
      controller.close();
    },
  });
const iterable = (value: unknown) => ({ [Symbol.asyncIterator]: value });

export const RESULTS: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  zero: () => 0,
  'minus zero': () => -0,
  number: () => 1.5e300,
  nan: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  text: () => 'Grüße 😀 \u2028',
  'empty text': () => '',
  'lone surrogate': () => '\ud800 and \udc00',
  bom: () => '\ufeffx',
  later: later({ a: 1 }),
  'later undefined': later(undefined),
  date: () => ({ at: new Date(0) }),
  'invalid date': () => new Date(Number.NaN),
  map: () => new Map<unknown, unknown>([['k', { a: new Set([1]) }]]),
  set: () => new Set([1, 'two']),
  'weak map': () => new WeakMap(),
  class: () => new Point(),
  'regular expression': () => /x/,
  boxed: () => [Object('text'), Object(1), Object(false)],
  holes: () => [1, undefined, () => 1, Symbol('x'), Number.NaN],
  skipped: () => ({ a: undefined, b: () => 1, c: Symbol('x'), d: 1 }),
  'null prototype': () => Object.assign(Object.create(null), { a: 1 }),
  proxy: () => new Proxy({ a: 1 }, {}),
  toJSON: () => ({ toJSON: () => ({ made: true }) }),
  'toJSON of undefined': () => ({ toJSON: () => undefined }),
  'toJSON throws': () => ({ toJSON: fail }),
  'toJSON throws text': () => ({
    toJSON() {
      throw 'text';
    },
  }),
  bigint: () => 1n,
  'nested bigint': () => ({ list: [{ id: 1n }] }),
  circle,
  deep: () => deep(400),
  'too deep': () => deep(100_000),
  function: () => () => 1,
  'thenable function': () =>
    thenable(
      (resolve: Settle) => resolve('then'),
      () => 1,
    ),
  thenable: () => thenable((resolve: Settle) => resolve({ from: 'then' })),
  'rejecting thenable': () => thenable((_: Settle, reject: Settle) => reject(new TypeError('no'))),
  'then that throws': () => thenable(fail),
  'then that is text': () => thenable('text'),
  symbol: () => Symbol('x'),
  error: () => new Error('returned'),
  'nested error': () => ({ a: [new Error('returned')] }),
  'nested promise': () => ({ a: Promise.resolve(1) }),
  'throwing getter': () => ({
    get x() {
      return fail();
    },
  }),
  'throwing then': () => Object.defineProperty({}, 'then', { get: fail }),
  'revoked proxy': revoked,
  bytes: () => new Uint8Array([1, 2]),
  buffer: () => Buffer.from('x'),
  'array buffer': () => new ArrayBuffer(2),
  'nested bytes': () => ({ a: new Float64Array(1) }),
  'reply object': () => reply('x', { status: 201 }),
  response: () => new Response('x'),
  generator: () =>
    (function* () {
      yield 1;
    })(),
  largest: () => 'x'.repeat(LIMIT - 2),
  'over the limit': () => 'x'.repeat(LIMIT - 1),
  'over the limit in bytes': () => 'é'.repeat(LIMIT / 2),

  'stream of text': () => pieces(['one ', 'two é ', '😀']),
  'stream of JSON': () => pieces(['{"a":', '1}']),
  'stream of bytes': () => pieces([new Uint8Array([0xff, 0xfe, 0, 0x80]), Buffer.from('x')]),
  'stream with a mark': () => pieces([new Uint8Array([0xef, 0xbb, 0xbf]), '{}']),
  'split character': () => pieces([new Uint8Array([0xc3]), new Uint8Array([0xa9])]),
  'empty stream': () => pieces([]),
  'stream of empty pieces': () => pieces(['', new Uint8Array(0), 'x', '']),
  'later stream': async () => pieces(['late']),
  'web stream': () => web('a', new Uint8Array([98])),
  'body of a response': () => new Response('body').body,
  'node stream': () => Readable.from(['a', Buffer.from('b')]),
  'byte node stream': () => Readable.from([Buffer.from('a'), Buffer.from('b')], { objectMode: false }),
  'locked stream': locked,
  'destroyed stream': destroyed,
  'stream of numbers': () => pieces([7]),
  'stream of a number at last': () => pieces(['a', 7]),
  'stream of objects': () => pieces([{ a: 1 }]),
  'stream of objects with a length': () => pieces([{ length: 3 }]),
  'stream of nulls': () => pieces([null]),
  'stream of undefined': () => pieces([undefined, 'x']),
  'stream of arrays': () => pieces([[1, 2]]),
  'stream that throws at once': () => pieces([], () => new TypeError('at once')),
  'stream that throws midway': () => pieces(['begun'], () => new TypeError('midway é')),
  'stream that throws text': () => pieces(['begun'], () => 'just text'),
  'stream that throws undefined': () => pieces(['begun'], () => undefined),
  'node stream that fails': () =>
    new Readable({
      read() {
        this.push('a');
        this.destroy(new SyntaxError('destroyed'));
      },
    }),
  'web stream that fails': () =>
    new ReadableStream({
      pull(controller) {
        controller.error(new EvalError('errored'));
      },
    }),
  'iterator of nothing': () => iterable(() => undefined),
  'iterator without next': () => iterable(() => ({})),
  'iterator that is text': () => iterable('x'),
  'iterator of no results': () => iterable(() => ({ next: () => 7 })),
  'iterator that throws': () => iterable(fail),
  'largest stream': () => pieces(['x'.repeat(LIMIT - 1), 'x']),
  'stream over the limit': () => pieces(['x'.repeat(LIMIT), 'x']),
  'stream that fails over the limit': () => pieces(['x'.repeat(LIMIT), 'x'], () => new Error('late')),
};

export const THROWN: Readonly<Record<string, () => unknown>> = {
  error: () => new Error('plain'),
  'type error': () => new TypeError('line\r\ntwo é😀'),
  'http error': () => new HttpError(409, 'ALREADY_THERE', 'It is there.'),
  'own name': () => Object.assign(new Error('named'), { name: 'Bad\r\nName é' }),
  'no name': () => Object.assign(new Error('named'), { name: '' }),
  'long name': () => Object.assign(new Error('named'), { name: 'N'.repeat(2000) }),
  'number as message': () => Object.assign(new Error('x'), { message: 7 }),
  'long message': () => new Error('m'.repeat(7_000_000)),
  'long text': () => 't'.repeat(7_000_000),
  'long object': () => ({ text: 't'.repeat(7_000_000) }),
  'message that throws': () => Object.defineProperty(new Error('x'), 'message', { get: fail }),
  frozen: () => Object.freeze(new TypeError('frozen')),
  aggregate: () => new AggregateError([new Error('a')], 'several'),
  cause: () => new Error('outer', { cause: new Error('inner') }),
  text: () => 'just text',
  null: () => null,
  undefined: () => undefined,
  number: () => 7,
  nan: () => Number.NaN,
  bigint: () => 7n,
  symbol: () => Symbol('x'),
  function: () => fail,
  object: () => ({ code: 7 }),
  circle,
  map: () => new Map([[1, 2]]),
  'null prototype': () => Object.create(null),
  'revoked proxy': revoked,
};

/** An event with a byte order mark in its text is one without. */
export const ECHO = 'echo';

interface Wish {
  readonly result?: string;
  readonly throws?: string;
  readonly later?: boolean;
}

const registry = createRegistry({ name: 'results' });
registry.function('make', (event: Wish) => {
  if (event.result === ECHO) return event;
  if (event.result !== undefined) return RESULTS[event.result]!();
  const thrown = THROWN[event.throws!]!();
  if (event.later) return Promise.reject(thrown);
  throw thrown;
});

if (import.meta.main) void run(async () => ({ registry }));

export { registry };
