/** The methods a route may be registered for. */
export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
export type Method = (typeof METHODS)[number];

/** Chunks of a streamed body. Node's Readable and the web's ReadableStream both are one. */
export type BodyStream = AsyncIterable<Uint8Array | string>;

/** A request body that has not been read yet: it is read when a handler, or a schema, asks for it. */
export interface RequestBody extends AsyncIterable<Uint8Array> {
  /** Bytes that the client has announced; `undefined` where it has not. */
  readonly size?: number | undefined;
  /** Reads the body whole, for adapters that can do so faster than by iteration. @throws HttpError 413 over the limit */
  readonly readWhole?: (limit: number) => Promise<Uint8Array>;
}

/**
 * What every adapter (HTTP server, Lambda event source, `registry.fetch`) turns its input into.
 * Only the adapters know where a request came from.
 */
export interface RawRequest {
  /** Upper case, e.g. `GET`. */
  readonly method: string;
  /** The path of the request target as sent, percent-encoded, without query; the core checks it. */
  readonly path: string;
  /** Percent-encoded as sent, without the `?`; `''` when there is none. */
  readonly rawQuery: string;
  /**
   * Lower-case names; repeated lines already joined (see `joinHeaders`). `host` is an authority (see `isAuthority`) or
   * missing.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes of the body, or a stream of them; `undefined` when there is none. */
  readonly body: Uint8Array | RequestBody | undefined;
  /** Largest body that the adapter takes where the route says nothing, bytes; default `DEFAULT_BODY_LIMIT`. */
  readonly bodyLimit?: number | undefined;
  /** Address of the client, as far as trusted proxies tell. */
  readonly clientIp: string;
  readonly scheme: 'http' | 'https';
}

/** What every adapter turns into its own kind of response. */
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
