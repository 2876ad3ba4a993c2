import { frameworkError } from './errors.ts';
import { parseCookies } from './headers.ts';
import type { HttpRequest, RawRequest } from './types.ts';

const decoder = new TextDecoder();
const NO_BYTES = new Uint8Array(0);

/** The handler's view of a `RawRequest`; each property is computed on first use. */
export class RequestView implements HttpRequest {
  readonly #raw: RawRequest;
  readonly params: Readonly<Record<string, string>>;
  #valid: Readonly<Record<string, unknown>> = {};
  #query: URLSearchParams | undefined;
  #cookies: Record<string, string> | undefined;
  #bytes: Promise<Uint8Array> | undefined;
  #streamed = false;

  constructor(raw: RawRequest, params: Readonly<Record<string, string>>) {
    this.#raw = raw;
    this.params = params;
  }

  get method(): string {
    return this.#raw.method;
  }

  get path(): string {
    return this.#raw.path;
  }

  get url(): string {
    const { scheme, headers, path, rawQuery } = this.#raw;
    const query = rawQuery === '' ? '' : `?${rawQuery}`;
    return `${scheme}://${headers.host ?? 'localhost'}${path}${query}`;
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

  get valid(): Readonly<Record<string, unknown>> {
    return this.#valid;
  }

  /** Called by dispatch after the route's schemas passed. */
  setValid(valid: Readonly<Record<string, unknown>>): void {
    this.#valid = valid;
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
    this.#bytes ??= collect(body);
    return this.#bytes;
  }

  stream(): ReadableStream<Uint8Array> {
    const { body } = this.#raw;
    if (this.#bytes !== undefined || this.#streamed) throw new TypeError('the body has already been read');
    if (body === undefined || body instanceof Uint8Array) return ReadableStream.from([body ?? NO_BYTES]);
    this.#streamed = true;
    return ReadableStream.from(body);
  }
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
