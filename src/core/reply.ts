import { ConfigError, frameworkError, type HttpError, problemOf } from './errors.ts';
import { headerProblem, isDoorHeader } from './headers.ts';
import type { BodyStream, WireResponse } from './types.ts';

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
  /** Numbers and booleans become strings, arrays join by `, ` (`set-cookie` apart), null drops the header. */
  headers?: Readonly<Record<string, HeaderValue>>;
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
    for (const name of Object.keys(init.headers ?? {}))
      this.headers[name.toLowerCase()] = init.headers![name];
    this.cookies = [...(init.cookies ?? [])];
  }
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
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers) if (name !== 'set-cookie') headers[name] = value;
  const cookies = response.headers.getSetCookie();
  return new Reply(response.body ?? undefined, { status: response.status, headers, cookies });
}

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const BYTES = 'application/octet-stream';

/**
 * The wire form of anything a handler may return: string, bytes, stream, `Reply`, native Response,
 * `undefined` (204), or a JSON value (`null` included).
 * @throws HttpError 500 `BAD_REPLY` for what cannot be sent
 */
export function toWireResponse(value: unknown, method: string): WireResponse {
  const wire = isPlain(value) ? encode(value, undefined) : fromReply(toReply(value));
  if (method === 'HEAD' || wire.status === 204 || wire.status === 304) dropBody(wire);
  return wire;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || !(value instanceof Reply || isResponse(value));
}

function encode(body: unknown, status: number | undefined): WireResponse {
  if (typeof body === 'string') return wireOf(status, TEXT, body);
  if (body === undefined) return { status: status ?? 204, headers: {}, cookies: [], body: undefined };
  if (body instanceof Uint8Array) return wireOf(status, BYTES, body);
  if (body instanceof ArrayBuffer) return wireOf(status, BYTES, new Uint8Array(body));
  if (isStream(body)) return wireOf(status, BYTES, body);
  return wireOf(status, JSON_TYPE, toJson(body));
}

function wireOf(status: number | undefined, type: string, body: WireResponse['body']): WireResponse {
  return { status: status ?? 200, headers: { 'content-type': type }, cookies: [], body };
}

function isStream(value: unknown): value is BodyStream {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function toJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw badReply(`the reply is no JSON value: ${(cause as Error).message}`, cause);
  }
  if (text === undefined) throw badReply(`a ${typeof value} cannot be sent as a reply`);
  return text;
}

function fromReply(reply: Reply): WireResponse {
  const { status } = reply;
  if (status !== undefined && (!Number.isInteger(status) || status < 200 || status > 599)) {
    throw badReply(`status ${status} is not between 200 and 599`);
  }
  const wire = encode(reply.body, status);
  wire.cookies = reply.cookies;
  for (const [name, value] of Object.entries(reply.headers)) setHeader(wire, name.toLowerCase(), value);
  for (const cookie of wire.cookies) checkHeader('set-cookie', cookie);
  return wire;
}

function setHeader(wire: WireResponse, name: string, value: HeaderValue): void {
  if (value === null || value === undefined) {
    delete wire.headers[name];
  } else if (name === 'set-cookie') {
    wire.cookies = [...wire.cookies, ...[value].flat().map(String)];
  } else if (!isDoorHeader(name)) {
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    checkHeader(name, text);
    wire.headers[name] = text;
  }
}

function checkHeader(name: string, value: string): void {
  const problem = headerProblem(name, value);
  if (problem) throw badReply(problem);
}

function dropBody(wire: WireResponse): void {
  discardBody(wire.body);
  wire.body = undefined;
  delete wire.headers['content-type'];
}

/** Releases a stream that nobody will read. */
export function discardBody(body: WireResponse['body']): void {
  if (!isStream(body)) return;
  const stream = body as { cancel?: () => Promise<void>; destroy?: () => void };
  if (stream.destroy) stream.destroy();
  else stream.cancel?.().catch(() => {});
}

// The detail is for the log: the client gets the same words as for any 500.
function badReply(why: string, cause?: unknown): HttpError {
  return frameworkError('BAD_REPLY', 'The server could not send its reply.', {
    cause: new ConfigError(why, { cause }),
  });
}
