import { frameworkError, type HttpError } from './errors.ts';
import { parseCookies } from './headers.ts';
import { DEFAULT_BODY_LIMIT } from './limits.ts';
import type { RawRequest, RequestBody } from './messages.ts';
import type { RouteOptions } from './options.ts';
import type { HttpRequest } from './types.ts';

const decoder = new TextDecoder();
const NO_BYTES = new Uint8Array(0);

/** What routing found out about a request. */
export interface Routed {
  /** Canonical, see `canonicalPath`; as sent where it is none. */
  readonly path: string;
  /** Pattern of the route; `undefined` where none matched. */
  readonly route: string | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly options: RouteOptions;
}

/** The handler's view of a `RawRequest`; each property is computed on first use. */
export class RequestView implements HttpRequest {
  readonly #raw: RawRequest;
  readonly #routed: Routed;
  #valid: Readonly<Record<string, unknown>> = {};
  #query: URLSearchParams | undefined;
  #cookies: Record<string, string> | undefined;
  #bytes: Promise<Uint8Array> | undefined;
  #streamed = false;
  #asked = false;

  constructor(raw: RawRequest, routed: Routed) {
    this.#raw = raw;
    this.#routed = routed;
  }

  get method(): string {
    return this.#raw.method;
  }

  get path(): string {
    return this.#routed.path;
  }

  get route(): string | undefined {
    return this.#routed.route;
  }

  get params(): Readonly<Record<string, string>> {
    return this.#routed.params;
  }

  get url(): string {
    const { scheme, headers, rawQuery } = this.#raw;
    const query = rawQuery === '' ? '' : `?${rawQuery}`;
    return `${scheme}://${headers.host ?? 'localhost'}${this.path}${query}`;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#raw.headers;
  }

  get query(): URLSearchParams {
    // URLSearchParams drops one leading `?`, which may be the query's own.
    this.#query ??= new URLSearchParams(`?${this.#raw.rawQuery}`);
    return this.#query;
  }

  get cookies(): Readonly<Record<string, string>> {
    this.#cookies ??= parseCookies(this.#raw.headers.cookie);
    return this.#cookies;
  }

  get clientIp(): string {
    return this.#raw.clientIp;
  }

  get hasBody(): boolean {
    return this.#raw.body !== undefined;
  }

  get valid(): Readonly<Record<string, unknown>> {
    return this.#valid;
  }

  /** Called by dispatch after the route's schemas passed. */
  setValid(valid: Readonly<Record<string, unknown>>): void {
    this.#valid = valid;
  }

  /**
   * Called before the handler, so that a body over the limit is refused through every adapter, read or not.
   * @returns a promise where the size is unknown until the body has been read
   * @throws HttpError 413
   */
  admitBody(): Promise<unknown> | undefined {
    const { body } = this.#raw;
    if (body === undefined) return undefined;
    const size = body instanceof Uint8Array ? body.length : body.size;
    if (size !== undefined && size > this.#bodyLimit) throw tooLarge(this.#bodyLimit);
    return size === undefined && this.#routed.options.body !== 'stream'
      ? this.#readWhole(body as RequestBody)
      : undefined;
  }

  get #bodyLimit(): number {
    const { body, bodyLimit } = this.#routed.options;
    if (bodyLimit !== undefined) return bodyLimit;
    return body === 'stream' ? Number.POSITIVE_INFINITY : (this.#raw.bodyLimit ?? DEFAULT_BODY_LIMIT);
  }

  async text(): Promise<string> {
    const { body } = this.#raw;
    // Each await less counts on the way of a small request.
    return decoder.decode(body instanceof Uint8Array ? body : await this.bytes());
  }

  async json<T = unknown>(): Promise<T> {
    const { body } = this.#raw;
    return parseJson(decoder.decode(body instanceof Uint8Array ? body : await this.bytes())) as T;
  }

  bytes(): Promise<Uint8Array> {
    const { body } = this.#raw;
    if (body === undefined) return Promise.resolve(NO_BYTES);
    if (body instanceof Uint8Array) return Promise.resolve(body);
    if (this.#streamed) return Promise.reject(new TypeError('the body is already being read as a stream'));
    this.#asked = true;
    return this.#readWhole(body);
  }

  async formData(): Promise<FormData> {
    const { toFormData } = await import('./form-data.deferred.ts');
    return toFormData(this.headers['content-type'], await this.bytes(), this.#routed.options.formLimits);
  }

  #readWhole(body: RequestBody): Promise<Uint8Array> {
    this.#bytes ??= body.readWhole?.(this.#bodyLimit) ?? collect(limited(body, this.#bodyLimit));
    return this.#bytes;
  }

  stream(): ReadableStream<Uint8Array> {
    const { body } = this.#raw;
    if (this.#streamed || this.#asked) throw new TypeError('the body has already been read');
    if (body === undefined || body instanceof Uint8Array) return ReadableStream.from([body ?? NO_BYTES]);
    this.#streamed = true;
    return ReadableStream.from(this.#bytes ? chunkOf(this.#bytes) : limited(body, this.#bodyLimit));
  }
}

async function* chunkOf(bytes: Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await bytes;
}

async function* limited(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    yield chunk;
  }
}

/** The refusal of a body over `limit` bytes. */
export function tooLarge(limit: number): HttpError {
  return frameworkError('PAYLOAD_TOO_LARGE', `The body is larger than ${limit} bytes.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = text === '' ? 'it is empty' : (cause as Error).message;
    throw frameworkError('BAD_JSON', `The body is not JSON: ${why}`, { cause });
  }
}

/** Reads a stream whole. */
export async function collect(chunks: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
