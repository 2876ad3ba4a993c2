import { ownStack } from './frames.ts';

/** Levels as AWS Lambda's advanced logging controls name them. */
export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one JSON object a line: `{timestamp, level, ...bound fields, message, ...fields}`. */
export interface Logger {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  fatal(message: string, fields?: LogFields): void;
  /** A logger whose lines carry these fields too. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  /** Lines below it are dropped. Default `INFO`. */
  readonly level?: LogLevel;
  /** Takes one line, newline included. */
  readonly write: (line: string) => void;
  readonly fields?: LogFields;
  /** For tests. Default: the clock. */
  readonly now?: () => Date;
}

/**
 * @throws TypeError for an unknown level
 * @example
 * ```ts
 * import { createLogger } from 'amphi';
 *
 * const lines: string[] = [];
 * const logger = createLogger({ level: 'INFO', write: (line) => lines.push(line), fields: { service: 'shop' } });
 *
 * logger.debug('left out');
 * logger.child({ order: 42 }).info('packed', { items: 2 });
 * const { service, order, message, items } = JSON.parse(lines[0]!);
 * console.log(lines.length, service, order, message, items); // 1 shop 42 packed 2
 * ```
 */
export function createLogger(options: LoggerOptions): Logger {
  const threshold = LOG_LEVELS.indexOf(options.level ?? 'INFO');
  if (threshold < 0)
    throw new TypeError(`unknown log level ${options.level}, use one of ${LOG_LEVELS.join(', ')}`);
  const log = (level: LogLevel) => {
    if (LOG_LEVELS.indexOf(level) < threshold) return () => {};
    return (message: string, fields?: LogFields) => options.write(format(level, message, fields, options));
  };
  return {
    trace: log('TRACE'),
    debug: log('DEBUG'),
    info: log('INFO'),
    warn: log('WARN'),
    error: log('ERROR'),
    fatal: log('FATAL'),
    child: (fields) =>
      createLogger({ ...options, fields: { ...options.fields, ...unreserved(fields, options.fields) } }),
  };
}

/** What the logger itself writes; the request id where it is bound. Nobody may forge these in a line. */
const RESERVED = ['timestamp', 'level', 'message', 'requestId'];

/** The fields with other names, `_level` for `level`, where they would overwrite a reserved one. */
function unreserved(fields: LogFields | undefined, bound: LogFields | undefined): LogFields | undefined {
  if (fields === undefined || fields === null) return undefined;
  let renamed: Record<string, unknown> | undefined;
  for (const name of RESERVED) {
    if (!Object.hasOwn(fields, name)) continue;
    if (name === 'requestId' && bound?.requestId === undefined) continue;
    renamed ??= { ...fields };
    renamed[`_${name}`] = fields[name];
    delete renamed[name];
  }
  return renamed ?? fields;
}

function format(
  level: LogLevel,
  message: string,
  given: LogFields | undefined,
  options: LoggerOptions,
): string {
  const fields = unreserved(given, options.fields);
  const timestamp = (options.now?.() ?? new Date()).toISOString();
  try {
    return `${JSON.stringify({ timestamp, level, ...options.fields, message, ...fields }, replacer())}\n`;
  } catch {
    const shown = { timestamp, level, ...readable(options.fields), message, ...readable(fields) };
    return `${JSON.stringify(shown)}\n`;
  }
}

/** A log line must never be the thing that fails: fields that cannot be shown are replaced one by one. */
function readable(fields: LogFields = {}): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    try {
      const json = JSON.stringify(fields[key], replacer());
      out[key] = json === undefined ? undefined : JSON.parse(json);
    } catch {
      out[key] = '[could not be shown]';
    }
  }
  return out;
}

/** Characters of one text in a line: CloudWatch Logs takes 1 MB for all of a line, and one line must not crowd out others. */
const LONGEST = 128 * 1024;

function shortened(text: string): string {
  return `${text.slice(0, LONGEST)}... (cut, it has ${text.length} characters)`;
}

/** BigInts become strings, errors become their fields, cycles are cut. */
function replacer(): (this: unknown, key: string, value: unknown) => unknown {
  const ancestors: { given: unknown; shown: unknown }[] = [];
  return function (_key, given) {
    if (typeof given === 'bigint') return given.toString();
    if (typeof given === 'string' && given.length > LONGEST) return shortened(given);
    if (typeof given !== 'object' || given === null) return given;
    while (ancestors.length > 0 && ancestors.at(-1)!.shown !== this) ancestors.pop();
    if (ancestors.some((ancestor) => ancestor.given === given)) return '[Circular]';
    const shown = shownOf(given);
    ancestors.push({ given, shown });
    return shown;
  };
}

/** An error by its fields, a Set by its values, a Map by its entries: all of them would be `{}`. */
function shownOf(given: object): object {
  if (given instanceof Error) return errorFields(given);
  return given instanceof Set || given instanceof Map ? [...given] : given;
}

function errorFields(error: Error): Record<string, unknown> {
  const { name, message, cause } = error;
  const stack = typeof error.stack === 'string' ? ownStack(error.stack) : error.stack;
  const { errors } = error as Partial<AggregateError>;
  // JSON leaves out what is undefined.
  return { ...error, name, message, stack, cause, errors };
}

/**
 * Reads `AMPHI_LOG_LEVEL` or Lambda's `AWS_LAMBDA_LOG_LEVEL`; anything unknown is `INFO`.
 * @param refuse is told what is wrong with an unknown one
 */
export function logLevelFrom(
  env: Readonly<Record<string, string | undefined>>,
  refuse?: (problem: string) => void,
): LogLevel {
  const name = env.AMPHI_LOG_LEVEL ? 'AMPHI_LOG_LEVEL' : 'AWS_LAMBDA_LOG_LEVEL';
  const wanted = (env[name] || 'INFO').toUpperCase();
  const known = LOG_LEVELS.find((level) => level === wanted);
  if (!known) refuse?.(`${name} ${JSON.stringify(env[name])} is none of ${LOG_LEVELS.join(', ')}`);
  return known ?? 'INFO';
}
