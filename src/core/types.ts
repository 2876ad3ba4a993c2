import type { Logger } from './logger.ts';
import type { Reply } from './reply.ts';

/** The methods a route may be registered for. */
export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
export type Method = (typeof METHODS)[number];

/** The HTTP routes as a Lambda handler name (`_HANDLER=http`), so no function may have it. */
export const HTTP_HANDLER = 'http';

/** A value, or a promise of it. Dispatch stays synchronous while handlers do. */
export type Awaitable<T> = T | PromiseLike<T>;

/** Chunks of a streamed body. Node's Readable and the web's ReadableStream both are one. */
export type BodyStream = AsyncIterable<Uint8Array | string>;

/**
 * What every adapter (HTTP server, Lambda event source, `registry.fetch`) turns its input into.
 * Only the adapters know where a request came from.
 */
export interface RawRequest {
  /** Upper case, e.g. `GET`. */
  readonly method: string;
  /** Percent-encoded as sent, starts with `/`, no query. */
  readonly path: string;
  /** Percent-encoded as sent, without the `?`; `''` when there is none. */
  readonly rawQuery: string;
  /** Lower-case names; repeated lines already joined (see `joinHeaders`). */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes of the body, or a stream of them; `undefined` when there is none. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** Address of the client, as far as trusted proxies tell. */
  readonly clientIp: string;
  readonly scheme: 'http' | 'https';
}

/** What every adapter turns into its own answer. */
export interface RawResponse {
  /** 200 to 599. */
  status: number;
  /** Lower-case names. Neither `set-cookie` nor hop-by-hop headers nor `content-length`. */
  headers: Record<string, string>;
  /** Each a whole `Set-Cookie` value. */
  cookies: string[];
  /** `undefined` for an empty body. */
  body: string | Uint8Array | BodyStream | undefined;
}

/**
 * The request as a handler sees it: the names of fetch's Request, the same through every adapter.
 * Everything is computed on first use.
 */
export interface HttpRequest<Valid = Record<never, never>> {
  readonly method: string;
  /** Absolute URL, percent-encoded as sent. */
  readonly url: string;
  /** Percent-encoded as sent. */
  readonly path: string;
  /** Lower-case names; repeated lines joined by `, ` (cookies by `; `). */
  readonly headers: Readonly<Record<string, string>>;
  /** Multi-value: `query.getAll('tag')`. `+` is a space; a bad escape is kept as sent. */
  readonly query: URLSearchParams;
  /** Decoded path parameters, `''` for an empty segment; a trailing wildcard is `params['*']`. */
  readonly params: Readonly<Record<string, string>>;
  /** Decoded request cookies; the first of a repeated name wins. */
  readonly cookies: Readonly<Record<string, string>>;
  readonly clientIp: string;
  /** Outputs of the route's schemas, by part. */
  readonly valid: Readonly<Valid>;
  text(): Promise<string>;
  /** @throws HttpError 400 `BAD_JSON` */
  json<T = unknown>(): Promise<T>;
  bytes(): Promise<Uint8Array>;
  /** The body as a web stream. Only a route with `body: 'stream'` sees it before it has arrived whole. */
  stream(): ReadableStream<Uint8Array>;
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
  /** X-Ray trace header, `undefined` where there is none. */
  readonly traceId: string | undefined;
  /** Writes JSON lines that carry the request id. */
  readonly logger: Logger;
  /** The raw event where there is one (Lambda, `invoke`), `undefined` on the HTTP server. */
  readonly event: unknown;
  /** Lambda only: what the Runtime API told beside the above. */
  readonly lambda: LambdaDetails | undefined;
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

/** Anything a handler may return; see `toRawResponse`. */
export type ReplyValue = unknown;

export type HttpHandler<Valid = Record<never, never>> = (
  request: HttpRequest<Valid>,
  context: InvocationContext,
) => Awaitable<ReplyValue>;

/** A raw function, Lambda style: takes the event as it came, returns a JSON value. */
export type FunctionHandler<In = unknown, Out = unknown> = (
  event: In,
  context: InvocationContext,
) => Awaitable<Out>;

/**
 * Wraps every HTTP handler; `next()` resolves to the reply, which may be changed or replaced.
 * One that returns nothing after `next()` keeps that reply.
 */
export type HttpInterceptor = (
  request: HttpRequest,
  context: InvocationContext,
  next: () => Promise<Reply>,
) => Awaitable<ReplyValue>;

/** Wraps every raw function and event handler. */
export type FunctionInterceptor = (
  event: unknown,
  context: InvocationContext,
  next: () => Promise<unknown>,
) => Awaitable<unknown>;
