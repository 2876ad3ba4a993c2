import t from 'tap';
import {
  createRegistry,
  ERROR_TABLE,
  frameworkError,
  HttpError,
  problemOf,
  toFunctionError,
  toHttpError,
} from '../../src/core/index.ts';
import { send } from './support.ts';

const throwing = () => {
  throw new Error('getter');
};

/** Everything odd that a handler may throw. */
function oddities(): Record<string, unknown> {
  const cyclic: Record<string, unknown> = { secret: 1n };
  cyclic.self = cyclic;
  const selfCaused = new Error('secret self');
  selfCaused.cause = selfCaused;
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return {
    undefined: undefined,
    null: null,
    string: 'secret',
    number: 7,
    bigint: 7n,
    symbol: Symbol('secret'),
    function: () => 'secret',
    cyclic,
    bare: Object.create(null),
    'throwing getters': {
      get message() {
        return throwing();
      },
      get stack() {
        return throwing();
      },
      toJSON: throwing,
      toString: throwing,
    },
    'error with throwing getters': Object.defineProperties(new Error(), {
      message: { get: throwing },
      name: { get: throwing },
      stack: { get: throwing },
      cause: { get: throwing },
    }),
    'enumerable throwing getter': Object.defineProperty(new Error('secret'), 'extra', {
      get: throwing,
      enumerable: true,
    }),
    frozen: Object.freeze(new Error('secret')),
    'error with a cycle': selfCaused,
    aggregate: new AggregateError([new Error('secret one'), 'two'], 'secret all'),
    proxy,
    'throwing proxy': new Proxy({}, { get: throwing, getPrototypeOf: throwing, ownKeys: throwing }),
  };
}

t.test('anything thrown, now or later, is the same 500, logged once, leaking nothing', async (t) => {
  const unhandled: unknown[] = [];
  const listen = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', listen);
  for (const [what, thrown] of Object.entries(oddities())) {
    const ways = {
      thrown: () => {
        throw thrown;
      },
      rejected: () => Promise.reject(thrown),
      // biome-ignore lint/suspicious/noThenProperty: a thenable that is no promise
      thenable: () => ({ then: (_done: unknown, fail: (error: unknown) => void) => fail(thrown) }),
      'throwing thenable': () => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable that throws
        then: () => {
          throw thrown;
        },
      }),
    };
    for (const [way, handler] of Object.entries(ways)) {
      const response = await send(createRegistry({ name: 'svc' }).get('/', handler), 'GET', '/');
      t.strictSame(
        response.json(),
        {
          title: 'Internal Server Error',
          status: 500,
          code: 'INTERNAL_ERROR',
          detail: 'The server could not handle the request.',
        },
        `${what} ${way}`,
      );
      t.match(
        response.lines,
        [
          {
            level: 'ERROR',
            message: 'request failed',
            requestId: 'r-1',
            method: 'GET',
            path: '/',
            status: 500,
          },
        ],
        `${what} ${way}`,
      );
    }
  }
  await new Promise(setImmediate);
  process.off('unhandledRejection', listen);
  t.strictSame(unhandled, []);
});

t.test('toFunctionError gives a payload for all of them', async (t) => {
  const odd = oddities();
  const payloads = Object.fromEntries(
    Object.entries(odd).map(([what, thrown]) => [what, toFunctionError(thrown)]),
  );
  t.match(payloads, {
    undefined: { errorType: 'undefined', errorMessage: 'undefined', stackTrace: [] },
    null: { errorType: 'null', errorMessage: 'null' },
    string: { errorType: 'string', errorMessage: 'secret' },
    number: { errorType: 'number', errorMessage: '7' },
    bigint: { errorType: 'bigint', errorMessage: '7' },
    symbol: { errorType: 'symbol', errorMessage: 'Symbol(secret)' },
    cyclic: { errorType: 'Object', errorMessage: '[object Object]' },
    bare: { errorType: 'Object', errorMessage: '{}' },
    'throwing getters': { errorType: 'Object', errorMessage: 'a value that cannot be shown' },
    'error with throwing getters': {
      errorType: 'Error',
      errorMessage: 'the message of this error could not be read',
      stackTrace: [],
    },
    frozen: { errorType: 'Error', errorMessage: 'secret' },
    aggregate: { errorType: 'AggregateError', errorMessage: 'secret all' },
    proxy: { errorType: 'Object', errorMessage: 'a value that cannot be shown' },
    'throwing proxy': { errorType: 'Object' },
  });
  for (const [what, payload] of Object.entries(payloads))
    t.same(JSON.parse(JSON.stringify(payload)), payload, what);
  const { stackTrace } = toFunctionError(new TypeError('line one\nat line two'));
  t.ok(stackTrace.length > 0 && stackTrace.every((frame) => frame.startsWith('at ')));
  t.equal(toFunctionError(Object.assign(new Error('m'), { name: 'MyError' })).errorType, 'MyError');
  t.equal(toFunctionError(Object.assign(new Error('m'), { name: '' })).errorType, 'Error');
});

t.test('HttpError', async (t) => {
  for (const status of [399, 600, 404.5, Number.NaN, '404']) {
    t.throws(
      () => new HttpError(status as number, 'X', 'x'),
      new RangeError(`HttpError: status ${status} is not between 400 and 599`),
    );
  }
  const cause = new Error('why');
  const error = new HttpError(499, 'TEAPOT', 'No "coffee".', { headers: { 'X-A': 'b' }, cause });
  t.match(error, {
    name: 'HttpError',
    status: 499,
    code: 'TEAPOT',
    message: 'No "coffee".',
    headers: { 'X-A': 'b' },
    cause,
  });
  t.notOk('cause' in new HttpError(400, 'X', 'x'));
  t.strictSame(JSON.parse(problemOf(error)), {
    title: 'Error',
    status: 499,
    code: 'TEAPOT',
    detail: 'No "coffee".',
  });
  t.equal(toHttpError(error), error);
  t.equal(toHttpError(cause).cause, cause);
});

t.test('the table: each code gives its status and a title', async (t) => {
  for (const [code, status] of Object.entries(ERROR_TABLE)) {
    const error = frameworkError(code as keyof typeof ERROR_TABLE, 'm');
    t.strictSame([error.status, error.code], [status, code]);
    t.not(JSON.parse(problemOf(error)).title, 'Error', code);
  }
});

t.test(
  'an HttpError of a handler reaches the client with headers; a 5xx is logged, a 4xx is not',
  async (t) => {
    const failing = (error: HttpError) =>
      send(
        createRegistry({ name: 'svc' }).get('/', () => {
          throw error;
        }),
        'GET',
        '/',
      );
    const limited = await failing(
      new HttpError(429, 'SLOW', 'Later.', { headers: { 'Retry-After': '3', 'set-cookie': 'a=1' } }),
    );
    t.match(limited, {
      status: 429,
      headers: { 'retry-after': '3', 'content-type': 'application/problem+json; charset=utf-8' },
      cookies: ['a=1'],
      lines: [],
    });
    const down = await failing(new HttpError(503, 'DOWN', 'Soon.', { cause: new Error('secret') }));
    t.strictSame(down.json(), { title: 'Service Unavailable', status: 503, code: 'DOWN', detail: 'Soon.' });
    t.match(down.lines, [{ status: 503, error: { message: 'secret' } }]);
    const broken = await failing(new HttpError(400, 'X', 'x', { headers: { 'x-a': 'bad\r\n' } }));
    t.match(broken, { status: 400, headers: { 'content-type': /problem/ } });
    t.notOk('x-a' in broken.headers);
  },
);

t.test('HEAD of an error has no body', async (t) => {
  t.match(await send(createRegistry({ name: 'svc' }), 'HEAD', '/none'), { status: 404, body: undefined });
});
