import t from 'tap';
import { createLogger, LOG_LEVELS, type LoggerOptions, logLevelFrom } from '../../src/core/index.ts';

function capture(options: Partial<LoggerOptions> = {}) {
  const raw: string[] = [];
  const logger = createLogger({ write: (line) => raw.push(line), now: () => new Date(0), ...options });
  return { logger, raw, last: () => JSON.parse(raw.at(-1)!) };
}

t.test('a line: order of keys, newline at its end only', async (t) => {
  const { logger, raw } = capture({ fields: { service: 's' } });
  logger.info('two\nlines', { a: 1 });
  t.strictSame(raw, [
    '{"timestamp":"1970-01-01T00:00:00.000Z","level":"INFO","service":"s","message":"two\\nlines","a":1}\n',
  ]);
});

t.test('levels', async (t) => {
  const all = (level?: 'TRACE' | 'WARN' | 'FATAL') => {
    const { logger, raw } = capture({ level });
    for (const name of LOG_LEVELS) logger[name.toLowerCase() as 'info']('m');
    return raw.map((line) => JSON.parse(line).level);
  };
  t.strictSame(all(), ['INFO', 'WARN', 'ERROR', 'FATAL']);
  t.strictSame(all('TRACE'), LOG_LEVELS);
  t.strictSame(all('WARN'), ['WARN', 'ERROR', 'FATAL']);
  t.strictSame(all('FATAL'), ['FATAL']);
  t.throws(
    () => capture({ level: 'info' as 'INFO' }),
    new TypeError('unknown log level info, use one of TRACE, DEBUG, INFO, WARN, ERROR, FATAL'),
  );
});

t.test('the level comes from the environment', async (t) => {
  t.equal(logLevelFrom({}), 'INFO');
  t.equal(logLevelFrom({ AWS_LAMBDA_LOG_LEVEL: 'debug' }), 'DEBUG');
  t.equal(logLevelFrom({ AWS_LAMBDA_LOG_LEVEL: 'DEBUG', AMPHI_LOG_LEVEL: 'Error' }), 'ERROR');
  t.equal(logLevelFrom({ AMPHI_LOG_LEVEL: '', AWS_LAMBDA_LOG_LEVEL: 'warn' }), 'WARN');
  const problems: string[] = [];
  for (const name of ['AMPHI_LOG_LEVEL', 'AWS_LAMBDA_LOG_LEVEL'])
    t.equal(
      logLevelFrom({ [name]: 'loud' }, (problem) => problems.push(problem)),
      'INFO',
    );
  t.strictSame(problems, [
    'AMPHI_LOG_LEVEL "loud" is none of TRACE, DEBUG, INFO, WARN, ERROR, FATAL',
    'AWS_LAMBDA_LOG_LEVEL "loud" is none of TRACE, DEBUG, INFO, WARN, ERROR, FATAL',
  ]);
});

t.test('child loggers add fields and keep the level', async (t) => {
  const { logger, raw, last } = capture({ level: 'WARN', fields: { a: 1, b: 1 } });
  const child = logger.child({ b: 2 }).child({ c: 3 });
  child.info('dropped');
  child.warn('kept', { d: 4 });
  t.equal(raw.length, 1);
  t.match(last(), { a: 1, b: 2, c: 3, d: 4, message: 'kept' });
  logger.warn('parent');
  t.notOk('c' in last());
});

t.test('cycles, BigInts, repeated objects', async (t) => {
  const { logger, last } = capture();
  const cyclic: Record<string, unknown> = { n: 1n };
  cyclic.self = cyclic;
  const twice = { x: 1 };
  logger.info('m', { cyclic, list: [twice, twice], big: 9007199254740993n, deep: { up: { cyclic } } });
  t.match(last(), {
    cyclic: { n: '1', self: '[Circular]' },
    list: [{ x: 1 }, { x: 1 }],
    big: '9007199254740993',
    deep: { up: { cyclic: { n: '1', self: '[Circular]' } } },
  });
});

t.test('errors show name, message, stack, own fields, causes and errors', async (t) => {
  const { logger, last } = capture();
  const inner = Object.assign(new TypeError('inner'), { code: 'E_IN' });
  logger.error('m', { error: new Error('outer', { cause: inner }) });
  t.match(last().error, {
    name: 'Error',
    message: 'outer',
    stack: /^Error: outer\n/,
    cause: { name: 'TypeError', message: 'inner', code: 'E_IN' },
  });
  logger.error('m', { error: new AggregateError([inner, 'x'], 'all') });
  t.match(last().error, { name: 'AggregateError', errors: [{ message: 'inner' }, 'x'] });
  const self = new Error('self');
  self.cause = { of: self };
  logger.error('m', { error: self, other: 1 });
  t.match(last(), { error: { message: 'self', cause: { of: '[Circular]' } }, other: 1 });
});

t.test('a field that cannot be shown costs that field only', async (t) => {
  const fail = () => {
    throw new Error('getter');
  };
  const fields = {
    good: { a: 1n },
    get bad() {
      return fail();
    },
    inner: { toJSON: fail },
    fn: fail,
    none: undefined,
  };
  const { logger, last } = capture();
  logger.info('m', fields);
  const shown = {
    level: 'INFO',
    message: 'm',
    good: { a: '1' },
    bad: '[could not be shown]',
    inner: '[could not be shown]',
  };
  t.strictSame(last(), { timestamp: '1970-01-01T00:00:00.000Z', ...shown });
  capture({ fields: { inner: { toJSON: fail } } }).logger.info('bound fields too');
  let deep: unknown = 1;
  for (let n = 0; n < 20_000; n++) deep = { deep };
  logger.info('deep', { deep, other: 1 });
  t.match(last(), { message: 'deep', other: 1 });
});

t.test('fields cannot forge what the logger itself writes', async (t) => {
  const { logger, last } = capture({ fields: { requestId: 'real', service: 's' } });
  logger.error('x', {
    level: 'assistant',
    timestamp: 'yesterday',
    requestId: 'mine',
    message: 'y',
    service: 'own',
  });
  t.strictSame(last(), {
    timestamp: '1970-01-01T00:00:00.000Z',
    level: 'ERROR',
    requestId: 'real',
    service: 'own',
    message: 'x',
    _level: 'assistant',
    _timestamp: 'yesterday',
    _message: 'y',
    _requestId: 'mine',
  });
  logger.child({ requestId: 'mine', level: 'x' }).info('m');
  t.match(last(), { requestId: 'real', _requestId: 'mine', level: 'INFO', _level: 'x' });
  const free = capture();
  free.logger.info('m', { requestId: 'given' });
  t.match(free.last(), { requestId: 'given' }, 'where none is bound');
});

t.test('sets and maps show what they hold', async (t) => {
  const { logger, last } = capture();
  logger.info('m', {
    tags: new Set(['a', new Set([1])]),
    by: new Map<string, unknown>([['k', new Map([['x', 1n]])]]),
  });
  t.match(last(), { tags: ['a', [1]], by: [['k', [['x', '1']]]] });
});

t.test('one text cannot make a line of any length', async (t) => {
  const { logger, raw, last } = capture();
  logger.info('x'.repeat(300_000), { deep: { text: 'y'.repeat(7_000_000) }, short: 'z' });
  t.ok(raw[0]!.length < 300_000);
  t.match(last(), { message: /^x{131072}\.\.\. \(cut, it has 300000 characters\)$/, short: 'z' });
  t.match(last().deep.text, /cut, it has 7000000 characters/);
});
