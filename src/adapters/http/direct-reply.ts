import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import { type Context, isStream, type RawResponse } from '../../core/index.ts';
import type { ClientRequest } from './client.ts';
import { setHead } from './head.ts';
import { flushSoon, logged, toReadable } from './stream.ts';

/** What answers a request when the stream of its reply has failed before the first byte. */
export type OnFailed = (error: unknown, reply: DirectReply) => void;

/** A reply past Fastify, whose hooks and serializers nobody uses. HTTP/1.1 only. */
export class DirectReply {
  readonly raw: ServerResponse;
  readonly request: ClientRequest;
  readonly #keepAlive: string;
  readonly #failed: OnFailed;

  constructor(raw: ServerResponse, request: ClientRequest, keepAlive: string, failed: OnFailed) {
    this.raw = raw;
    this.request = request;
    this.#keepAlive = keepAlive;
    this.#failed = failed;
  }

  /** Nobody else answers. */
  hijack(): void {}

  send(response: RawResponse, context: Context): void {
    const { body } = response;
    if (isStream(body)) this.#stream(response, logged(toReadable(body), this, context));
    else if (body === undefined) this.#writeHead(response, lengthOfNothing(response.status, this.raw)).end();
    else if (typeof body === 'string') this.#text(response, body);
    else this.#bytes(response, body);
  }

  #text(response: RawResponse, body: string): void {
    // One byte each: that needs no encoding. Else Node.js would write the head in the body's.
    if (Buffer.byteLength(body) === body.length) this.#whole(response, body.length).end(body, 'latin1');
    else this.#bytes(response, Buffer.from(body));
  }

  #bytes(response: RawResponse, body: Uint8Array): void {
    this.#whole(response, body.length).end(body);
  }

  #whole(response: RawResponse, length: number): ServerResponse {
    return setHead(this.raw, response, length, this.#keepAlive)
      ? this.raw
      : this.#writeHead(response, length);
  }

  #writeHead({ status, headers, cookies }: RawResponse, length: number | undefined): ServerResponse {
    return this.raw.writeHead(status, {
      ...headers,
      ...(cookies.length > 0 && { 'set-cookie': cookies }),
      ...(length !== undefined && { 'content-length': length }),
    });
  }

  /** The head goes with the first chunk: before that the reply may still become an error. */
  #stream(response: RawResponse, stream: ReturnType<typeof toReadable>): void {
    const { raw } = this;
    const { status, headers, cookies } = response;
    raw.statusCode = status;
    for (const name in headers) raw.setHeader(name, headers[name]!);
    if (cookies.length > 0) raw.setHeader('set-cookie', cookies);
    finished(stream, { writable: false }, (error) => {
      if (!error) return;
      stream.unpipe(raw);
      if (raw.headersSent || raw.destroyed) raw.destroy();
      else this.#fail(error, [...Object.keys(headers), 'set-cookie']);
    });
    raw.on('close', () => stream.destroy());
    flushSoon(raw);
    stream.pipe(raw);
  }

  #fail(error: unknown, names: readonly string[]): void {
    for (const name of names) this.raw.removeHeader(name);
    this.#failed(error, this);
  }
}

/** Where a body is possible its absence is told. */
function lengthOfNothing(status: number, { req }: ServerResponse): number | undefined {
  return status === 204 || status === 304 || req.method === 'HEAD' ? undefined : 0;
}
