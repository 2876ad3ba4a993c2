// Whatever a handler returns: an answer through every adapter, the same status, and the next request is served.
import { Readable } from 'node:stream';
import t from 'tap';
import { createRegistry, reply } from '../../src/core/index.ts';
import { fetchDoor, httpDoor, sourceDoor } from './adapters.ts';

const rejected = () => {
  const promise = Promise.reject(new Error('secret'));
  return promise;
};
const locked = () => {
  const stream = new ReadableStream();
  stream.getReader();
  return stream;
};
const detached = (make: (buffer: ArrayBuffer) => unknown) => () => {
  const buffer = new ArrayBuffer(8);
  const view = make(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  return view;
};
const circle = () => {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
};
const throwing = (name: string) => () => ({
  get [name]() {
    throw new Error('secret');
  },
});
const consumed = () => {
  const stream = Readable.from(['x']);
  stream.destroy();
  return stream;
};
const used = async () => {
  const response = new Response('x');
  await response.text();
  return response;
};

/** Each made anew for each request. */
const VALUES: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  zero: () => 0,
  nan: () => Number.NaN,
  bigint: () => 1n,
  symbol: () => Symbol('x'),
  function: () => () => 1,
  class: () => class {},
  'lone surrogate': () => '\ud800',
  'empty text': () => '',
  date: () => new Date(0),
  'invalid date': () => new Date(Number.NaN),
  'regular expression': () => /x/,
  error: () => new Error('secret'),
  'frozen error': () => Object.freeze(new TypeError('secret')),
  set: () => new Set([1]),
  map: () => new Map([['k', 1]]),
  'weak map': () => new WeakMap(),
  circle,
  'throwing toJSON': () => ({
    toJSON() {
      throw new Error('secret');
    },
  }),
  'toJSON of undefined': () => ({ toJSON: () => undefined }),
  'throwing getter': throwing('x'),
  'throwing then': throwing('then'),
  'throwing iterator': throwing(Symbol.asyncIterator as never),
  'nested bigint': () => [{ a: 1n }],
  'nested promise': () => ({ a: Promise.resolve(1) }),
  'nested rejection': () => {
    const a = rejected();
    a.catch(() => {});
    return { a };
  },
  'nested error': () => ({ a: new Error('secret') }),
  'nested bytes': () => ({ a: new Uint8Array(2) }),
  proxy: () => new Proxy({}, {}),
  'revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'null prototype': () => Object.create(null),
  bytes: () => new Uint8Array([1]),
  'data view': () => new DataView(new ArrayBuffer(2)),
  'shared memory': () => new Uint8Array(new SharedArrayBuffer(2)),
  'shared buffer': () => new SharedArrayBuffer(2),
  'detached bytes': detached((buffer) => new Uint8Array(buffer)),
  'detached buffer': detached((buffer) => buffer),
  'locked stream': locked,
  'ended stream': consumed,
  'iterator of nothing': () => ({ [Symbol.asyncIterator]: () => undefined }),
  'iterator without next': () => ({ [Symbol.asyncIterator]: () => ({}) }),
  'iterator that throws': () => ({
    [Symbol.asyncIterator]() {
      throw new Error('secret');
    },
  }),
  'iterator that is text': () => ({ [Symbol.asyncIterator]: 'x' }),
  'stream of objects': () => Readable.from([{ a: 1 }]),
  'stream of numbers': async function* () {
    yield 7;
  },
  'stream that fails at once': async function* () {
    yield* [];
    throw new Error('secret');
  },
  'used response': used,
  'response in a reply': () => reply(new Response('x')),
  'reply in a reply': () => reply(reply('x')),
  'promise body': () => reply(Promise.resolve('x')),
  'rejected body': () => reply(rejected()),
  'status 99': () => reply('x', { status: 99 }),
  'status text': () => reply('x', { status: '200' as never }),
  'status 101': () => reply('x', { status: 101 }),
  'bad header name': () => reply('x', { headers: { 'a b': 'c' } }),
  'bad header value': () => reply('x', { headers: { a: 'b\r\nc: d' } }),
  'symbol header': () => reply('x', { headers: { a: Symbol('x') as never } }),
  'object header': () => reply('x', { headers: { a: Object.create(null) } }),
  'bad cookie': () => reply('x', { cookies: ['a=\n'] }),
  'cookies that are none': () => reply('x', { cookies: 7 as never }),
  'bad length': () => reply('x', { headers: { 'content-length': 'x' } }),
};

/** The ways in which a handler may hand a value over. */
const WAYS: Readonly<Record<string, (make: () => unknown) => () => unknown>> = {
  'at once': (make) => () => make(),
  later: (make) => async () => {
    await null;
    return make();
  },
  'in a reply': (make) => () => reply(make(), { status: 201 }),
  'in a reply, later': (make) => async () => reply(await make(), { status: 201 }),
};

const registry = createRegistry({ name: 'odd' });
registry.get('/alive', () => 'alive');
const cases: string[] = [];
for (const [value, make] of Object.entries(VALUES)) {
  for (const [way, hand] of Object.entries(WAYS)) {
    const path = `/${value}/${way}`.replaceAll(/[^a-z\d/]+/gi, '-');
    registry.get(path, hand(make));
    cases.push(path);
  }
}

t.test(
  `${cases.length} kinds of replies end their own request alone, alike through every adapter`,
  async (t) => {
    t.ok(cases.length >= 200);
    const stray: unknown[] = [];
    const listen = (error: unknown) => void stray.push(error);
    process.on('unhandledRejection', listen).on('uncaughtException', listen);
    const service = registry.freeze();
    const server = await httpDoor(service);
    t.teardown(() => server.close?.());
    const adapters = [
      server,
      fetchDoor(registry),
      sourceDoor(service, 'apigateway-v2'),
      sourceDoor(service, 'alb'),
    ];
    const problems: string[] = [];
    for (const path of cases) {
      const statuses = await Promise.all(
        adapters.map(async (adapter) => {
          const outcome = adapter.send({ method: 'GET', path, headers: [['host', 'odd.test']] }).then(
            ({ status, body }) => (body.includes('secret') ? 'leaks' : status),
            (error) => `${adapter.name}: ${error}`,
          );
          const late = new Promise((resolve) =>
            setTimeout(resolve, 20_000, `${adapter.name}: no answer`).unref(),
          );
          return Promise.race([outcome, late]);
        }),
      );
      const good =
        statuses.every((status) => status === statuses[0]) &&
        [200, 201, 204, 500].includes(statuses[0] as number);
      if (!good) problems.push(`${path}: ${statuses.join(', ')}`);
    }
    t.strictSame(problems, []);
    for (const adapter of adapters) {
      const { body } = await adapter.send({ method: 'GET', path: '/alive', headers: [['host', 'odd.test']] });
      t.equal(body.toString(), 'alive', adapter.name);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off('unhandledRejection', listen).off('uncaughtException', listen);
    t.strictSame(stray, []);
  },
);
