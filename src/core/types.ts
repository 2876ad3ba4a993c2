import type { LogFields, Logger } from './logger.ts';
import type { MetricOptions } from './metrics.ts';
import type { StateKey } from './state.ts';

/** A value, or a promise of it. Dispatch stays synchronous while handlers do. */
export type Awaitable<T> = T | PromiseLike<T>;

/**
 * The request as a handler sees it: the names of fetch's Request, the same through every adapter.
 * Everything is computed on first use.
 */
export interface HttpRequest<Params = Readonly<Record<string, string>>, Valid = Record<never, never>> {
  readonly method: string;
  /** Absolute URL; its path is `path`, its query is as sent. */
  readonly url: string;
  /**
   * Percent-encoded in canonical form (RFC 3986, 6.2.2): what needs no escape has none, so that `/%6Frders` is
   * `/orders`, for whoever compares it as for the router. `%2F` stays, for it separates no segments.
   */
  readonly path: string;
  /** The pattern of the route that matched, e.g. `/users/:id`; `undefined` where none did. */
  readonly route: string | undefined;
  /** Lower-case names; repeated lines joined by `, ` (cookies by `; `). */
  readonly headers: Readonly<Record<string, string>>;
  /** Multi-value: `query.getAll('tag')`. `+` is a space; a bad escape is kept as sent. */
  readonly query: URLSearchParams;
  /** Decoded path parameters, `''` for an empty segment; a trailing wildcard is `params['*']`. */
  readonly params: Params;
  /** Decoded request cookies; the first of a repeated name wins. */
  readonly cookies: Readonly<Record<string, string>>;
  readonly clientIp: string;
  /** Outputs of the route's schemas, by part. */
  readonly valid: Readonly<Valid>;
  /** The body is read when it is first asked for, once. @throws HttpError 413 `PAYLOAD_TOO_LARGE` */
  text(): Promise<string>;
  /** @throws HttpError 400 `BAD_JSON`, 413 `PAYLOAD_TOO_LARGE` */
  json<T = unknown>(): Promise<T>;
  bytes(): Promise<Uint8Array>;
  /**
   * A form, `multipart/form-data` or `application/x-www-form-urlencoded`, files as `File`; all of it is in memory. The
   * limits are `bodyLimit` and `formLimits` of the route. For large uploads see `multipart` of `amphi/http-kit`.
   * @throws HttpError 400 `BAD_MULTIPART`, 413 `PAYLOAD_TOO_LARGE`, 415 `UNSUPPORTED_MEDIA_TYPE`
   */
  formData(): Promise<FormData>;
  /** The body as a web stream, as it arrives where the adapter can do that (the HTTP server). */
  stream(): ReadableStream<Uint8Array>;
}

/**
 * Types of the functions that `context.invoke` calls, by name. A service adds its own:
 * `declare module 'amphi' { interface ServiceFunctions { report: typeof report } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by the service
export interface ServiceFunctions {}

type AnyFunction = (event: never, context: InvocationContext) => unknown;
type PayloadOf<Name> = Name extends keyof ServiceFunctions
  ? ServiceFunctions[Name] extends (event: infer Payload, ...rest: never[]) => unknown
    ? Payload
    : never
  : unknown;
type InvokeResult<Name> = Name extends keyof ServiceFunctions
  ? ServiceFunctions[Name] extends AnyFunction
    ? Awaited<ReturnType<ServiceFunctions[Name]>>
    : never
  : unknown;

/** How `context.invoke` calls a function. */
export interface InvokeOptions {
  /** `false`: the call is only taken, and the function runs when it runs. Default true. */
  readonly wait?: boolean;
}

/** A call that was taken: `requestId` is `context.requestId` of the function that is called. */
export interface TakenCall {
  readonly requestId: string;
}

/** What a handler or function knows of its invocation. */
export interface InvocationContext {
  /** Unique per invocation: the Lambda request id, `x-request-id`, or a new UUID. */
  readonly requestId: string;
  /** The name of the function; on the HTTP server the name of the registry. */
  readonly functionName: string;
  /** Epoch milliseconds by which the answer is due; `Infinity` where nothing sets one. */
  readonly deadline: number;
  /** Milliseconds left, never negative; `Infinity` where there is no deadline. */
  getRemainingTimeInMillis(): number;
  /** Aborts at the deadline, when the client goes away, or when the process must stop. */
  readonly signal: AbortSignal;
  /**
   * Aborts when the server begins to drain, in which what runs may still end: for responses that go on until somebody ends
   * them. Never in Lambda, which freezes between invocations.
   */
  readonly drainSignal: AbortSignal;
  /** X-Ray trace header, `undefined` where there is none. */
  readonly traceId: string | undefined;
  /** Writes JSON lines that carry the request id. */
  readonly logger: Logger;
  /** From here on the lines of `logger` carry these fields too; a logger that was taken before does not. */
  addLogFields(fields: LogFields): void;
  /** Keeps a value for the rest of the invocation; see `stateKey`. */
  set<T>(key: StateKey<T>, value: T): void;
  /** What was set by the key; `undefined` where nothing was. */
  get<T>(key: StateKey<T>): T | undefined;
  /** The same for what must be there. @throws ConfigError naming the key where nothing was set, so a 500 */
  require<T>(key: StateKey<T>): T;
  /**
   * Records a value, 1 by default: a line of the log that CloudWatch makes a metric of, the same on both sides; on the
   * server also for Prometheus, see `--metricsPath`.
   * @throws TypeError for a bad name, value, unit or dimension
   */
  metric(name: string, value?: number, options?: MetricOptions): void;
  /** The raw event where there is one (Lambda, `invoke`), `undefined` on the HTTP server. */
  readonly event: unknown;
  /** Lambda only: what the Runtime API told beside the above. */
  readonly lambda: LambdaDetails | undefined;
  /**
   * Calls another function of the service, wherever it runs: in Lambda by its Invoke API, on instances by its queue,
   * locally in this process. The handler names it by its option `invokes`. Payload and result pass as JSON.
   * @throws FunctionError when the function fails, ConfigError where it cannot be reached or waited for
   */
  invoke<Name extends string>(
    name: Name,
    payload: PayloadOf<Name>,
    options: { readonly wait: false },
  ): Promise<TakenCall>;
  invoke<Name extends string>(
    name: Name,
    payload?: PayloadOf<Name>,
    options?: InvokeOptions,
  ): Promise<InvokeResult<Name>>;
}

/** Facts that only AWS Lambda's Runtime API or Invoke API gives. */
export interface LambdaDetails {
  readonly invokedFunctionArn: string | undefined;
  readonly functionVersion: string | undefined;
  readonly memoryLimitInMB: number | undefined;
  readonly logGroupName: string | undefined;
  readonly logStreamName: string | undefined;
  /** Parsed JSON of the client context header. */
  readonly clientContext: unknown;
  /** Parsed JSON of the Cognito identity header. */
  readonly identity: unknown;
  readonly tenantId: string | undefined;
}
