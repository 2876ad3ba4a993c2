import { ConfigError, frameworkError, type HttpError, problemOf } from './errors.ts';
import { headerProblem, isAdapterHeader, joinHeaders } from './headers.ts';
import { discardBody, isStream } from './streams.ts';
import type { RawResponse } from './types.ts';

export { discardBody };

export type HeaderValue =
  | string
  | number
  | boolean
  | readonly (string | number | boolean)[]
  | null
  | undefined;

/** The second argument of `reply`, after fetch's ResponseInit. */
export interface ReplyInit {
  /** 200 to 599; default 200, or 204 when there is no body. */
  status?: number;
  /**
   * A record or a native Headers. Numbers and booleans become strings, arrays join by `, `
   * (`set-cookie` apart), null drops the header.
   */
  headers?: Readonly<Record<string, HeaderValue>> | Iterable<readonly [string, string]>;
  /** Each a whole `Set-Cookie` value, sent as its own line. */
  cookies?: readonly string[];
}

/** A full reply. Interceptors get one from `next()` and may change it. */
export class Reply {
  status: number | undefined;
  headers: Record<string, HeaderValue>;
  cookies: string[];
  body: unknown;

  constructor(body: unknown, init: ReplyInit = {}) {
    this.body = body;
    this.status = init.status;
    this.headers = {};
    this.cookies = [...(init.cookies ?? [])];
    if (isPairs(init.headers)) this.#takePairs([...init.headers]);
    else
      for (const [name, value] of Object.entries(init.headers ?? {}))
        this.headers[name.toLowerCase()] = value;
  }

  #takePairs(pairs: (readonly [string, string])[]): void {
    const isCookie = ([name]: readonly [string, string]) => name.toLowerCase() === 'set-cookie';
    this.headers = joinHeaders(pairs.filter((pair) => !isCookie(pair)));
    for (const [, cookie] of pairs.filter(isCookie)) this.cookies.push(cookie);
  }
}

function isPairs(headers: ReplyInit['headers']): headers is Iterable<readonly [string, string]> {
  return headers !== undefined && headers !== null && Symbol.iterator in headers;
}

/** For whoever changes a reply: the original may be shared by many requests. */
export function copyReply({ body, status, headers, cookies }: Reply): Reply {
  return new Reply(body, { status, headers, cookies });
}

/** A reply with status, headers or cookies: `reply({id}, {status: 201, headers: {location}})`. */
export function reply(body?: unknown, init?: ReplyInit): Reply {
  return new Reply(body, init);
}

/** The reply that an error gets: an RFC 9457 problem document. */
export function errorReply(error: HttpError): Reply {
  const headers = { 'content-type': 'application/problem+json; charset=utf-8', ...error.headers };
  return new Reply(problemOf(error), { status: error.status, headers });
}

/** Makes a `Reply` of whatever a handler returned; a native Response is taken apart. */
export function toReply(value: unknown): Reply {
  if (value instanceof Reply) return value;
  return isResponse(value) ? fromResponse(value) : new Reply(value);
}

// `instanceof Response` would load the whole of fetch, 38 ms at start.
function isResponse(value: unknown): value is Response {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.prototype.toString.call(value) === '[object Response]'
  );
}

function fromResponse(response: Response): Reply {
  if (response.bodyUsed || response.body?.locked) throw badReply('the body of the Response is already read');
  return new Reply(response.body ?? undefined, { status: response.status, headers: response.headers });
}

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const BYTES = 'application/octet-stream';

/**
 * The response of anything a handler may return: string, bytes, stream, `Reply`, native Response,
 * `undefined` (204), or a JSON value (`null` included). An Error is thrown on.
 * @throws HttpError 500 `BAD_REPLY` for what cannot be sent
 */
export function toRawResponse(value: unknown, method: string): RawResponse {
  const response = isPlain(value) ? encode(value, undefined) : fromReply(toReply(value));
  if (method === 'HEAD' || BODILESS.has(response.status)) dropBody(response);
  return response;
}

const BODILESS = new Set([204, 205, 304]);

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || !(value instanceof Reply || isResponse(value));
}

function encode(body: unknown, status: number | undefined): RawResponse {
  if (typeof body === 'string') return responseOf(status, TEXT, body);
  if (body === undefined) return { status: status ?? 204, headers: {}, cookies: [], body: undefined };
  if (body instanceof Uint8Array) return responseOf(status, BYTES, body);
  if (body instanceof ArrayBuffer) return responseOf(status, BYTES, new Uint8Array(body));
  if (ArrayBuffer.isView(body))
    return responseOf(status, BYTES, new Uint8Array(body.buffer, body.byteOffset, body.byteLength));
  if (isStream(body)) return responseOf(status, BYTES, body);
  refuse(body);
  return responseOf(status, JSON_TYPE, toJson(body));
}

function responseOf(status: number | undefined, type: string, body: RawResponse['body']): RawResponse {
  return { status: status ?? 200, headers: { 'content-type': type }, cookies: [], body };
}

// All of these would go out as `{}`.
function refuse(body: unknown): void {
  if (body instanceof Error) throw body;
  if (body instanceof Reply || isResponse(body))
    throw badReply('a reply cannot be the body of another reply');
  if (typeof (body as { then?: unknown } | null)?.then === 'function')
    throw badReply('the body of the reply is a promise, await it first');
}

function toJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw badReply('the reply is no JSON value', cause);
  }
  if (text === undefined) throw badReply(`a ${typeof value} cannot be sent as a reply`);
  return text;
}

function fromReply(reply: Reply): RawResponse {
  try {
    return checked(reply);
  } catch (error) {
    discardBody(reply.body);
    throw error;
  }
}

function checked(reply: Reply): RawResponse {
  const { status } = reply;
  if (status !== undefined && (!Number.isInteger(status) || status < 200 || status > 599)) {
    throw badReply(`status ${status} is not between 200 and 599`);
  }
  const response = encode(reply.body, status);
  response.cookies = [...reply.cookies];
  for (const [name, value] of Object.entries(reply.headers)) setHeader(response, name.toLowerCase(), value);
  for (const cookie of response.cookies) checkHeader('set-cookie', cookie);
  return response;
}

function setHeader(response: RawResponse, name: string, value: HeaderValue): void {
  if (value === null || value === undefined) {
    delete response.headers[name];
  } else if (name === 'set-cookie') {
    response.cookies = [...response.cookies, ...[value].flat().map(String)];
  } else if (!isAdapterHeader(name)) {
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    checkHeader(name, text);
    response.headers[name] = text;
  }
}

function checkHeader(name: string, value: string): void {
  const problem = headerProblem(name, value);
  if (problem) throw badReply(problem);
}

function dropBody(response: RawResponse): void {
  discardBody(response.body);
  response.body = undefined;
  delete response.headers['content-type'];
}

// The detail is for the log: the client gets the same words as for any 500.
function badReply(why: string, cause?: unknown): HttpError {
  return frameworkError('BAD_REPLY', 'The server could not send its reply.', {
    cause: new ConfigError(why, { cause }),
  });
}
