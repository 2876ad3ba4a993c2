import { isUtf8 } from 'node:buffer';

/** The HTTP adapters of Lambda; `alb-multi` is a target group with `lambda.multi_value_headers.enabled`. */
export const HTTP_SOURCES = [
  'apigateway-v1',
  'apigateway-v2',
  'function-url',
  'alb',
  'alb-multi',
  'vpc-lattice-v1',
  'vpc-lattice-v2',
] as const;
export type HttpSourceName = (typeof HTTP_SOURCES)[number];

/** A request as a client sends it. */
export interface PlainRequest {
  readonly method: string;
  /** Percent-encoded as sent. */
  readonly path: string;
  /** As sent, without `?`; default none. */
  readonly query?: string;
  /** Lines as sent, repeats included. `Host` is added when missing. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: Uint8Array | string;
  readonly clientIp?: string;
}

/** What AWS loses on the way, so a suite knows where the views must differ. */
export interface Losses {
  /** Only the last value of a repeated query key arrives. */
  readonly repeatedQuery: boolean;
  /** Repeated header lines arrive `all`, joined by a bare `comma`, or the `last` only. */
  readonly repeatedHeaders: 'all' | 'comma' | 'last';
  /** `%2F` arrives as `/`. */
  readonly encodedSlash: boolean;
  /** Only one Set-Cookie gets back. */
  readonly twoCookies: boolean;
}

const NO_LOSS: Losses = {
  repeatedQuery: false,
  repeatedHeaders: 'all',
  encodedSlash: false,
  twoCookies: false,
};

export const LOSSY: Readonly<Record<HttpSourceName, Losses>> = {
  'apigateway-v1': NO_LOSS,
  'apigateway-v2': { ...NO_LOSS, repeatedHeaders: 'comma', encodedSlash: true },
  'function-url': { ...NO_LOSS, repeatedHeaders: 'comma' },
  alb: { ...NO_LOSS, repeatedQuery: true, repeatedHeaders: 'last', twoCookies: true },
  'alb-multi': NO_LOSS,
  'vpc-lattice-v1': { ...NO_LOSS, repeatedQuery: true, repeatedHeaders: 'comma', twoCookies: true },
  'vpc-lattice-v2': NO_LOSS,
};

interface Sent {
  method: string;
  path: string;
  query: string;
  headers: (readonly [string, string])[];
  body: string | undefined;
  base64: boolean;
  clientIp: string;
  host: string;
}

/** The event that AWS sends to Lambda for a client's request. */
export function buildEvent(source: HttpSourceName, request: PlainRequest): unknown {
  return BUILDERS[source](sentOf(request));
}

const BUILDERS: Record<HttpSourceName, (sent: Sent) => unknown> = {
  'apigateway-v1': restEvent,
  'apigateway-v2': (sent) => payload2(sent, 'api'),
  'function-url': (sent) => payload2(sent, 'url'),
  alb: (sent) => albEvent(sent, false),
  'alb-multi': (sent) => albEvent(sent, true),
  'vpc-lattice-v1': latticeV1,
  'vpc-lattice-v2': latticeV2,
};

function sentOf(request: PlainRequest): Sent {
  const given = [...(request.headers ?? [])];
  const host = find(given, 'host') ?? 'service.example.com';
  if (find(given, 'host') === undefined) given.unshift(['Host', host]);
  const clientIp = request.clientIp ?? '203.0.113.9';
  // A proxy appends the peer to what the client itself claimed.
  const claimed = find(given, 'x-forwarded-for');
  const lines = given.filter(([name]) => !/^x-forwarded-(for|proto|port)$/i.test(name));
  lines.push(['X-Forwarded-For', claimed === undefined ? clientIp : `${claimed}, ${clientIp}`]);
  lines.push(['X-Forwarded-Port', '443'], ['X-Forwarded-Proto', 'https']);
  const { method, path, query = '' } = request;
  return { method, path, query, headers: lines, ...bodyOf(request), clientIp, host };
}

const TEXT = /^(text\/|application\/(json|javascript|xml)\b)/;

/** ALB's and HTTP API's documented rule: anything not a listed text type, or compressed, is base64. */
function bodyOf(request: PlainRequest): { body: string | undefined; base64: boolean } {
  if (request.body === undefined || request.body.length === 0) return { body: undefined, base64: false };
  const bytes = Buffer.from(request.body as Uint8Array);
  const headers = request.headers ?? [];
  const encoded = find(headers, 'content-encoding') !== undefined;
  const text = !encoded && TEXT.test(find(headers, 'content-type') ?? '') && isUtf8(bytes);
  return { body: bytes.toString(text ? 'utf8' : 'base64'), base64: !text };
}

function restEvent(sent: Sent): unknown {
  const { method, path, host, clientIp } = sent;
  const query = new URLSearchParams(sent.query);
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: lastOf(sent.headers),
    multiValueHeaders: allOf(sent.headers),
    queryStringParameters: query.size === 0 ? null : lastOf([...query]),
    multiValueQueryStringParameters: query.size === 0 ? null : allOf([...query]),
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      resourceId: 'abc123',
      resourcePath: '/{proxy+}',
      httpMethod: method,
      path: `/prod${path}`,
      accountId: '123456789012',
      protocol: 'HTTP/1.1',
      stage: 'prod',
      domainPrefix: 'api1',
      requestTimeEpoch: 1_700_000_000_000,
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      identity: { sourceIp: clientIp, userAgent: find(sent.headers, 'user-agent') ?? null, accountId: null },
      domainName: host,
      apiId: 'api1',
    },
    body: sent.body ?? null,
    isBase64Encoded: sent.base64,
  };
}

/** Payload format 2.0: an HTTP API decodes the path, a Function URL keeps it as sent. */
function payload2(sent: Sent, kind: 'api' | 'url'): unknown {
  const { method, clientIp } = sent;
  const path = kind === 'api' ? decodedPath(sent.path) : sent.path;
  const domainName = kind === 'api' ? sent.host : 'id1.lambda-url.eu-west-1.on.aws';
  const lines = sent.headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  const cookies = lines.filter(([name]) => name === 'cookie').flatMap(([, value]) => value.split('; '));
  // Function URLs leave the header in too.
  const kept = lines.filter(([name]) => name !== 'cookie');
  if (kind === 'url' && cookies.length > 0) kept.push(['cookie', cookies.join('; ')]);
  const query = new URLSearchParams(sent.query);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: sent.query,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: joined(kept),
    ...(query.size > 0 ? { queryStringParameters: joined([...query]) } : {}),
    requestContext: {
      accountId: '123456789012',
      apiId: 'api1',
      domainName,
      domainPrefix: domainName.split('.')[0],
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: clientIp, userAgent: 'test' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '12/Mar/2026:19:03:58 +0000',
      timeEpoch: 1_700_000_000_000,
    },
    ...(sent.body === undefined ? {} : { body: sent.body }),
    isBase64Encoded: sent.base64,
  };
}

function albEvent(sent: Sent, multi: boolean): unknown {
  const headers = sent.headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  const query = rawPairs(sent.query);
  const elb = { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/t/1' };
  return {
    requestContext: { elb },
    httpMethod: sent.method,
    path: sent.path,
    ...(multi
      ? { multiValueQueryStringParameters: allOf(query), multiValueHeaders: allOf(headers) }
      : { queryStringParameters: lastOf(query), headers: lastOf(headers) }),
    body: sent.body ?? '',
    isBase64Encoded: sent.base64,
  };
}

function latticeV1(sent: Sent): unknown {
  return {
    raw_path: sent.path,
    method: sent.method,
    headers: joined(sent.headers.map(([name, value]) => [name.toLowerCase(), value])),
    query_string_parameters: lastOf(rawPairs(sent.query)),
    body: sent.body ?? '',
    is_base64_encoded: sent.base64,
  };
}

function latticeV2(sent: Sent): unknown {
  const arn = 'arn:aws:vpc-lattice:eu-west-1:123456789012';
  return {
    version: '2.0',
    path: sent.path,
    method: sent.method,
    headers: allOf(sent.headers.map(([name, value]) => [name.toLowerCase(), value])),
    ...(sent.query === '' ? {} : { queryStringParameters: allOf(rawPairs(sent.query)) }),
    ...(sent.body === undefined ? {} : { body: sent.body }),
    isBase64Encoded: sent.base64,
    requestContext: {
      serviceNetworkArn: `${arn}:servicenetwork/sn-1`,
      serviceArn: `${arn}:service/svc-1`,
      targetGroupArn: `${arn}:targetgroup/tg-1`,
      identity: { sourceVpcArn: 'arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1' },
      region: 'eu-west-1',
      timeEpoch: '1700000000000000',
    },
  };
}

function find(lines: readonly (readonly [string, string])[], wanted: string): string | undefined {
  return lines.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** An HTTP API decodes the path, and cuts it at a decoded question mark. */
function decodedPath(path: string): string {
  return decodeURIComponent(path).split('?')[0]!;
}

/** ALB and Lattice split the query but decode nothing. */
function rawPairs(query: string): [string, string][] {
  const parts = query.split('&').filter((part) => part !== '');
  return parts.map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
  });
}

function lastOf(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(pairs);
}

function allOf(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const [name, value] of pairs) {
    out[name] ??= [];
    out[name].push(value);
  }
  return out;
}

function joined(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const entries = Object.entries(allOf(pairs));
  return Object.fromEntries(entries.map(([name, values]) => [name, values.join(',')]));
}

export { type PlainResponse, readResult } from './results.ts';
