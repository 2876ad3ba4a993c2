import { ConfigError, frameworkError, type HttpError, problemOf } from './errors.ts';
import { headerProblem, isAdapterHeader, joinHeaders } from './headers.ts';
import { JsonError, toJsonText } from './json.ts';
import type { BodyStream, RawResponse } from './messages.ts';
import { discardBody, exactly, isStream } from './streams.ts';
import { isThenable } from './thenable.ts';

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
export class Reply<Body = unknown> {
  status: number | undefined;
  headers: Record<string, HeaderValue>;
  cookies: string[];
  body: Body;
  /** What was thrown, where the reply is that of an error: for interceptors that count or log. Never sent. */
  error: unknown;

  constructor(body: Body, init: ReplyInit = {}) {
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
export function copyReply({ body, status, headers, cookies, error }: Reply): Reply {
  const copy = new Reply(body, { status, headers, cookies });
  copy.error = error;
  return copy;
}

/**
 * A reply with status, headers or cookies: `reply({id}, {status: 201, headers: {location}})`.
 * @example
 * ```ts
 * import { createRegistry, reply } from 'amphi';
 *
 * const registry = createRegistry({ name: 'shop' });
 *
 * registry.post('/items', () =>
 *   reply({ id: 7 }, { status: 201, headers: { location: '/items/7' }, cookies: ['seen=1; HttpOnly'] }),
 * );
 *
 * const response = await registry.fetch(new Request('http://localhost/items', { method: 'POST' }));
 * console.log(response.status, response.headers.get('location')); // 201 /items/7
 * ```
 */
export function reply<Body = undefined>(body?: Body, init?: ReplyInit): Reply<Body> {
  return new Reply(body as Body, init);
}

/** The reply that an error gets: an RFC 9457 problem document. */
export function errorReply(error: HttpError): Reply {
  const headers = { 'content-type': 'application/problem+json; charset=utf-8', ...error.headers };
  const made = new Reply(problemOf(error), { status: error.status, headers });
  made.error = error;
  return made;
}

/** Makes a `Reply` of whatever a handler returned; a native Response is taken apart. */
export function toReply(value: unknown): Reply {
  if (value instanceof Reply) return value;
  return isNativeResponse(value) ? fromResponse(value) : new Reply(value);
}

// `instanceof Response` would load the whole of fetch, 38 ms at start.
export function isNativeResponse(value: unknown): value is Response {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.prototype.toString.call(value) === '[object Response]'
  );
}

function fromResponse(response: Response): Reply {
  if (response.bodyUsed || response.body?.locked) throw badReply('the body of the Response is already read');
  const { body, status, headers } = response;
  const reply = new Reply<unknown>(body ?? undefined, { status, headers });
  // Only fetch sets a URL. It has decoded the body already, but keeps the headers of the encoded one.
  if (response.url !== '' && 'content-encoding' in reply.headers) {
    delete reply.headers['content-encoding'];
    delete reply.headers['content-length'];
  }
  return reply;
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
  if (method === 'HEAD' || BODILESS.has(response.status)) dropBody(response, method);
  else if (response.headers['content-length'] !== undefined) keepLength(response);
  return response;
}

/** A stream may say how long it is, and must keep to it; of everything else the adapter knows the length. */
function keepLength(response: RawResponse): void {
  const { headers, body } = response;
  if (isStream(body)) response.body = exactly(body, Number(headers['content-length']));
  else delete headers['content-length'];
}

const BODILESS = new Set([204, 205, 304]);

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || !(value instanceof Reply || isNativeResponse(value));
}

function encode(body: unknown, status: number | undefined): RawResponse {
  if (typeof body === 'string') return responseOf(status, TEXT, body);
  if (body === undefined) return { status: status ?? 204, headers: {}, cookies: [], body: undefined };
  if (ArrayBuffer.isView(body) || isBuffer(body)) return responseOf(status, BYTES, bytesOf(body));
  if (isStream(body)) return responseOf(status, BYTES, readable(body));
  refuse(body);
  return responseOf(status, JSON_TYPE, toJson(body));
}

function responseOf(status: number | undefined, type: string, body: RawResponse['body']): RawResponse {
  return { status: status ?? 200, headers: { 'content-type': type }, cookies: [], body };
}

function isBuffer(body: unknown): body is ArrayBuffer | SharedArrayBuffer {
  return (
    body instanceof ArrayBuffer ||
    (typeof SharedArrayBuffer === 'function' && body instanceof SharedArrayBuffer)
  );
}

function bytesOf(body: ArrayBufferView | ArrayBuffer | SharedArrayBuffer): Uint8Array {
  const view = ArrayBuffer.isView(body) ? body : new Uint8Array(body);
  const { buffer, byteOffset, byteLength } = view;
  if (buffer instanceof ArrayBuffer) {
    if (buffer.detached)
      throw badReply('the bytes of the reply are detached: they were transferred elsewhere');
    return view instanceof Uint8Array ? view : new Uint8Array(buffer, byteOffset, byteLength);
  }
  // Sockets take no shared memory, and another thread could change it on the way.
  return new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength));
}

/** A stream that nobody else reads. */
function readable(body: BodyStream): BodyStream {
  const { locked, bodyUsed, destroyed, readableEnded } = body as unknown as Partial<Record<string, unknown>>;
  if (locked === true || bodyUsed === true) throw badReply('the stream of the reply is being read already');
  if (destroyed === true || readableEnded === true)
    throw badReply('the stream of the reply has ended already');
  if (typeof body[Symbol.asyncIterator] !== 'function')
    throw badReply('the stream of the reply cannot be read');
  return body;
}

// All of these would go out as `{}`.
function refuse(body: unknown): void {
  if (body instanceof Error) throw body;
  if (body instanceof Reply || isNativeResponse(body))
    throw badReply('a reply cannot be the body of another reply');
  if (isThenable(body)) throw badReply('the body of the reply is a promise, await it first');
}

function toJson(value: unknown): string {
  try {
    return toJsonText(value);
  } catch (cause) {
    throw badReply(
      cause instanceof JsonError
        ? `the reply is no JSON value: ${cause.message}`
        : 'the reply is no JSON value',
      cause,
    );
  }
}

/** Throws what sending the reply would throw. @throws HttpError 500 `BAD_REPLY` */
export const assertSendable: (reply: Reply) => void = fromReply;

function fromReply(reply: Reply): RawResponse {
  try {
    return checked(reply);
  } catch (error) {
    release(reply.body);
    throw error;
  }
}

/** Lets go of what will not be sent: an open stream, or a promise, whose rejection would end the process. */
function release(body: unknown): void {
  if (body instanceof Reply || isNativeResponse(body)) release(body.body);
  else if (isThenable(body)) body.then(undefined, () => {});
  else discardBody(body);
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
    if (name === 'content-length' && !/^\d{1,15}$/.test(text))
      throw badReply(`content-length ${text} is no number`);
    response.headers[name] = text;
  }
}

function checkHeader(name: string, value: string): void {
  const problem = headerProblem(name, value);
  if (problem) throw badReply(problem);
}

function dropBody(response: RawResponse, method: string): void {
  discardBody(response.body);
  response.body = undefined;
  delete response.headers['content-type'];
  // HEAD tells the length that GET would have.
  if (method !== 'HEAD' || BODILESS.has(response.status)) delete response.headers['content-length'];
}

// The detail is for the log: the client gets the same words as for any 500.
export function badReply(why: string, cause?: unknown): HttpError {
  return frameworkError('BAD_REPLY', 'The server could not send its reply.', {
    cause: new ConfigError(why, { cause }),
  });
}
