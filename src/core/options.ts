import { ConfigError } from './errors.ts';
import type { FormLimits } from './form.ts';
import type { HttpInterceptor } from './handlers.ts';
import { MAX_TIMER_MS } from './limits.ts';
import type { LogLevel } from './logger.ts';
import type { RunOn } from './run-on.ts';
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
  /**
   * Where it runs; a stage of the topology may override it. Default: routes on `both` sides, all else in `lambda`.
   * On instances the server takes the routes, and the worker functions and events, from queues.
   */
  readonly runOn?: RunOn;
  /** What its role may do, in Lambda and on instances, wherever it runs. */
  readonly permissions?: readonly Permission[];
  /** Names of the functions that it calls by `context.invoke`: the template grants exactly these. */
  readonly invokes?: readonly string[];
}

/** Actions of IAM on exact resources, e.g. `{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::reports/*'] }`. */
export interface Permission {
  readonly actions: readonly string[];
  /** ARNs, `{ parameter }` of the stack, or CloudFormation expressions. */
  readonly resources: readonly (string | Readonly<Record<string, unknown>>)[];
}

export interface RouteOptions<S extends RouteSchema = RouteSchema> extends HandlerOptions {
  /** Standard Schemas (zod, valibot, arktype ...) for the parts of the request and for the response. */
  readonly schema?: S;
  /** `stream`: no limit of size or time but the route's own. Default `buffer`. */
  readonly body?: 'buffer' | 'stream';
  /** Bytes; default the adapter's, which is Lambda's 6 MB. More is 413 `PAYLOAD_TOO_LARGE`. */
  readonly bodyLimit?: number;
  /** Of `request.formData()`, beside `bodyLimit`. */
  readonly formLimits?: FormLimits;
  /** Around this route alone, inside those of the registry. The first is the outermost. */
  readonly interceptors?: readonly HttpInterceptor[];
}

/** Settings of the Lambda function that a handler becomes; a stage's topology goes before. The routes are one function. */
export interface LambdaSettings {
  /** MB. */
  readonly memorySize?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly reservedConcurrency?: number;
  readonly provisionedConcurrency?: number;
  /** Further tries of an asynchronous invocation, 0 to 2. */
  readonly retries?: number;
  /** Seconds for which an asynchronous invocation may wait, 60 to 21600. */
  readonly maxEventAge?: number;
  /** ARN of a queue, topic, function or event bus that gets what failed asynchronously. */
  readonly onFailure?: string;
  readonly onSuccess?: string;
  /** Of a VPC, in place of those of all functions. */
  readonly subnetIds?: readonly string[];
  readonly securityGroupIds?: readonly string[];
  /** Active tracing by X-Ray. */
  readonly tracing?: boolean;
  readonly logLevel?: LogLevel;
  readonly logRetentionDays?: number;
}

export interface FunctionOptions extends HandlerOptions {
  readonly lambda?: LambdaSettings;
}
export type EventOptions = FunctionOptions;

const HANDLER_OPTIONS = ['description', 'timeoutMs', 'runOn', 'permissions', 'invokes'];
const FUNCTION_OPTIONS = [...HANDLER_OPTIONS, 'lambda'];
const ROUTE_OPTIONS = [...HANDLER_OPTIONS, 'schema', 'body', 'bodyLimit', 'formLimits', 'interceptors'];

/** @throws ConfigError naming the option */
export function assertRouteOptions(options: RouteOptions, where: string): void {
  assertKnown(options, ROUTE_OPTIONS, where);
  const { body, bodyLimit, formLimits, schema, interceptors } = options;
  if (body !== undefined && body !== 'buffer' && body !== 'stream') {
    throw new ConfigError(`${where}: body must be 'buffer' or 'stream'`);
  }
  if (bodyLimit !== undefined && (!Number.isSafeInteger(bodyLimit) || bodyLimit < 0)) {
    throw new ConfigError(`${where}: bodyLimit must be a whole number of bytes`);
  }
  if (formLimits !== undefined) assertFormLimits(formLimits, where);
  if (interceptors !== undefined && !isFunctions(interceptors)) {
    throw new ConfigError(`${where}: interceptors must be a list of functions`);
  }
  if (schema) assertRouteSchema(schema, where);
}

const FORM_LIMITS = ['parts', 'fields', 'files', 'fieldSize', 'fileSize', 'headerSize'];

function assertFormLimits(limits: FormLimits, where: string): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!FORM_LIMITS.includes(name) || !(value >= 0))
      throw new ConfigError(
        `${where}: formLimits takes numbers: ${FORM_LIMITS.join(', ')}; not ${name} ${value}`,
      );
  }
}

/** @throws ConfigError naming the option */
export function assertFunctionOptions(options: FunctionOptions, where: string): void {
  assertKnown(options, FUNCTION_OPTIONS, where);
  const { lambda } = options;
  if (lambda !== undefined && (typeof lambda !== 'object' || lambda === null)) {
    throw new ConfigError(`${where}: lambda must be an object of settings`);
  }
}

function assertKnown(options: HandlerOptions, known: readonly string[], where: string): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigError(`${where}: the options must be an object, before the handler`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ConfigError(`${where}: there is no option ${unknown}, use ${known.join(', ')}`);
  }
  const { timeoutMs, runOn, permissions, invokes } = options;
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= MAX_TIMER_MS)) {
    throw new ConfigError(`${where}: timeoutMs must be above 0 and at most ${MAX_TIMER_MS} ms`);
  }
  if (runOn !== undefined && runOn !== 'lambda' && runOn !== 'instances' && runOn !== 'both') {
    throw new ConfigError(`${where}: runOn must be 'lambda', 'instances' or 'both'`);
  }
  if (permissions !== undefined && !isPermissions(permissions)) {
    throw new ConfigError(
      `${where}: permissions must be a list of { actions: ['s3:GetObject'], resources: [...] }`,
    );
  }
  if (invokes !== undefined && !isTexts(invokes)) {
    throw new ConfigError(`${where}: invokes must be a list of function names`);
  }
}

function isTexts(values: unknown): boolean {
  return Array.isArray(values) && values.every((value) => typeof value === 'string');
}

function isPermissions(values: unknown): boolean {
  return (
    Array.isArray(values) &&
    values.every(
      (value) => isTexts(value?.actions) && value.actions.length > 0 && value.resources?.length > 0,
    )
  );
}

function isFunctions(values: unknown): boolean {
  return Array.isArray(values) && values.every((value) => typeof value === 'function');
}
