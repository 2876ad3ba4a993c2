import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { Context, isAuthority, type RawRequest } from '../../core/index.ts';
import { hasBody, NodeBody } from './body.ts';
import { type ClientRequest, DirectRequest } from './client.ts';
import { plainHeaders, streamOf } from './http2.ts';
import type { HttpServerOptions } from './options.ts';

const ORIGIN = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/;

interface Target {
  readonly path: string;
  readonly rawQuery: string;
  /** Only of the absolute form, whose authority goes before the Host header (RFC 9112, 3.2.2). */
  readonly host?: string | undefined;
}

/** The request target as sent, never resolved: `//host/x` stays. Whether the path is one is for the core to say. */
export function splitTarget(url: string): Target {
  const [origin, host] = url.startsWith('/') ? [] : (ORIGIN.exec(url) ?? []);
  const rest = url.slice(origin?.length ?? 0);
  // `http://host` and `http://host?query` mean the root.
  const target = origin === undefined || rest.startsWith('/') ? rest : `/${rest}`;
  const mark = target.indexOf('?');
  if (mark < 0) return { path: target, rawQuery: '', host };
  return { path: target.slice(0, mark), rawQuery: target.slice(mark + 1), host };
}

/** A request as the core wants it. Address and scheme are found on first use, for few handlers ask. */
export class NodeRequest implements RawRequest {
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string>>;
  body: NodeBody | Uint8Array | undefined;
  readonly bodyLimit: number | undefined;
  /** What is wrong with its Host header, which is left out then. */
  readonly hostProblem: string | undefined;
  readonly #request: ClientRequest;
  #known: { readonly clientIp: string; readonly scheme: 'http' | 'https' } | undefined;

  constructor(request: ClientRequest, response: ServerResponse, bodyLimit: number | undefined) {
    const { raw } = request;
    const { path, rawQuery, host } = splitTarget(raw.url ?? '/');
    this.method = raw.method ?? 'GET';
    this.path = path;
    this.rawQuery = rawQuery;
    const ofHttp2 = streamOf(raw) !== undefined;
    const headers = ofHttp2 ? plainHeaders(raw) : headersOf(raw);
    this.hostProblem = hostProblem(raw, host ?? headers.host);
    this.headers =
      this.hostProblem === undefined && host === undefined
        ? headers
        : withHost(headers, this.hostProblem === undefined ? host : undefined);
    this.body = hasBody(raw) ? new NodeBody(raw, response, request instanceof DirectRequest) : undefined;
    this.bodyLimit = bodyLimit;
    this.#request = request;
    // Its connection is nowhere to be found once the client has gone.
    if (ofHttp2) this.#known = { clientIp: this.clientIp, scheme: this.scheme };
  }

  get clientIp(): string {
    if (this.#known) return this.#known.clientIp;
    const { ip, raw } = this.#request;
    return plainAddress(ip) ?? plainAddress(raw.socket.remoteAddress) ?? '';
  }

  get scheme(): 'http' | 'https' {
    if (this.#known) return this.#known.scheme;
    return this.#request.protocol?.toLowerCase() === 'https' ? 'https' : 'http';
  }
}

/** `example.test` has no problem; two Host lines or none that a URL can hold have one. */
function hostProblem({ rawHeaders }: IncomingMessage, host: string | undefined): string | undefined {
  let lines = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') lines++;
  }
  if (lines > 1) return 'The request has more than one Host header.';
  // HTTP/1.0 has none.
  return host === undefined || isAuthority(host) ? undefined : 'The host of the request is no host name.';
}

function withHost(headers: Record<string, string>, host: string | undefined): Record<string, string> {
  const { host: _, ...others } = headers;
  return host === undefined ? others : { ...others, host };
}

// Node joins repeated lines as the core does, but for `set-cookie`, which makes no sense in a request.
function headersOf(raw: IncomingMessage): Record<string, string> {
  const { headers } = raw;
  const odd: unknown = headers['set-cookie'];
  if (!Array.isArray(odd)) return headers as Record<string, string>;
  return { ...headers, 'set-cookie': odd.join(', ') } as Record<string, string>;
}

/** Without the IPv4-mapped prefix and, as some proxies write it, the port; `undefined` for anything else. */
function plainAddress(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const bare = given.startsWith('::ffff:') && given.includes('.') ? given.slice(7) : given;
  if (isIP(bare) !== 0) return bare;
  const host = /^\[(.+)\](?::\d+)?$/.exec(bare)?.[1] ?? bare.replace(/:\d+$/, '');
  return isIP(host) !== 0 ? host : undefined;
}

/** What may stand in logs and headers without harm. */
const REQUEST_ID = /^[A-Za-z0-9._:=+/@-]{1,128}$/;

const newId = (): string => randomUUID();

export function httpContext(request: NodeRequest, functionName: string, options: HttpServerOptions): Context {
  const { requestTimeoutMs, logger, metrics } = options;
  const given = request.headers['x-request-id'];
  return new Context({
    requestId: given !== undefined && REQUEST_ID.test(given) ? given : newId,
    functionName,
    timeoutMs: requestTimeoutMs,
    traceId: request.headers['x-amzn-trace-id'],
    logger,
    metrics,
  });
}
