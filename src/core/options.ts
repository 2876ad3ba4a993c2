import { ConfigError } from './errors.ts';
import type { HttpInterceptor } from './handlers.ts';
import { assertRouteSchema, type RouteSchema } from './schema.ts';

/** What every kind of handler may be told. */
export interface HandlerOptions {
  /** One line for `app describe`. */
  readonly description?: string;
  /**
   * How long the handler may take, ms; an adapter's own limit counts too. A route answers 504 `TIMEOUT` then,
   * a function fails with `Sandbox.Timedout`, and `context.signal` aborts.
   */
  readonly timeoutMs?: number;
}

export interface RouteOptions<S extends RouteSchema = RouteSchema> extends HandlerOptions {
  /** Standard Schemas (zod, valibot, arktype ...) for the parts of the request and for the response. */
  readonly schema?: S;
  /** `stream`: no limit of size or time but the route's own. Default `buffer`. */
  readonly body?: 'buffer' | 'stream';
  /** Bytes; default the adapter's, which is Lambda's 6 MB. More is 413 `PAYLOAD_TOO_LARGE`. */
  readonly bodyLimit?: number;
  /** Around this route alone, inside those of the registry. The first is the outermost. */
  readonly interceptors?: readonly HttpInterceptor[];
}

export type FunctionOptions = HandlerOptions;
export type EventOptions = HandlerOptions;

const HANDLER_OPTIONS = ['description', 'timeoutMs'];
const ROUTE_OPTIONS = [...HANDLER_OPTIONS, 'schema', 'body', 'bodyLimit', 'interceptors'];

/** setTimeout's limit. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** @throws ConfigError naming the option */
export function assertRouteOptions(options: RouteOptions, where: string): void {
  assertKnown(options, ROUTE_OPTIONS, where);
  const { body, bodyLimit, schema, interceptors } = options;
  if (body !== undefined && body !== 'buffer' && body !== 'stream') {
    throw new ConfigError(`${where}: body must be 'buffer' or 'stream'`);
  }
  if (bodyLimit !== undefined && (!Number.isSafeInteger(bodyLimit) || bodyLimit < 0)) {
    throw new ConfigError(`${where}: bodyLimit must be a whole number of bytes`);
  }
  if (interceptors !== undefined && !isFunctions(interceptors)) {
    throw new ConfigError(`${where}: interceptors must be a list of functions`);
  }
  if (schema) assertRouteSchema(schema, where);
}

/** @throws ConfigError naming the option */
export function assertHandlerOptions(options: HandlerOptions, where: string): void {
  assertKnown(options, HANDLER_OPTIONS, where);
}

function assertKnown(options: HandlerOptions, known: readonly string[], where: string): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigError(`${where}: the options must be an object, before the handler`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ConfigError(`${where}: there is no option ${unknown}, use ${known.join(', ')}`);
  }
  const { timeoutMs } = options;
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new ConfigError(`${where}: timeoutMs must be above 0 and at most ${MAX_TIMEOUT_MS} ms`);
  }
}

function isFunctions(values: unknown): boolean {
  return Array.isArray(values) && values.every((value) => typeof value === 'function');
}
