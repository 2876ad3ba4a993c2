import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';

/** A request as it came over the wire. */
export interface UrlRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** Name, value, name, value ... as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly clientIp: string;
  readonly port: number;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Content types whose body a Function URL passes on as text; any other is base64. */
const TEXT = /^(text\/|application\/(json|javascript|xml|([\w.+-]+\+(json|xml)))\b)/i;

/** The event that a Function URL makes of a request: payload format 2.0. */
export function functionUrlEvent(request: UrlRequest): object {
  const { method, target, clientIp, region, now } = request;
  const [path = '/', ...query] = target.split('?');
  const rawQueryString = query.join('?');
  const headers = headersOf(request);
  const domainPrefix = 'local';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString,
    ...(headers.cookie === undefined ? {} : { cookies: headers.cookie.split('; ') }),
    headers,
    ...queryOf(rawQueryString),
    requestContext: {
      ...{ accountId: 'anonymous', apiId: domainPrefix, domainPrefix },
      domainName: `${domainPrefix}.lambda-url.${region}.on.aws`,
      http: {
        method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: clientIp,
        userAgent: headers['user-agent'] ?? '',
      },
      ...{ requestId: randomUUID(), routeKey: '$default', stage: '$default' },
      ...{ time: commonLogTime(new Date(now)), timeEpoch: now },
    },
    ...bodyOf(request.body, headers),
  };
}

function headersOf({ rawHeaders, clientIp, port }: UrlRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    const known = Object.hasOwn(headers, name) ? headers[name] : undefined;
    headers[name] = known === undefined ? value : `${known}${name === 'cookie' ? '; ' : ','}${value}`;
  }
  delete headers.connection;
  const claimed = headers['x-forwarded-for'];
  headers['x-forwarded-for'] = claimed === undefined ? clientIp : `${claimed}, ${clientIp}`;
  headers['x-forwarded-proto'] = 'http';
  headers['x-forwarded-port'] = String(port);
  return headers;
}

function queryOf(raw: string): { queryStringParameters?: Record<string, string> } {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(raw)) {
    query[name] = Object.hasOwn(query, name) ? `${query[name]},${value}` : value;
  }
  return raw === '' ? {} : { queryStringParameters: query };
}

function bodyOf(body: Buffer, headers: Record<string, string>): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const packed = headers['content-encoding'] !== undefined;
  const text = !packed && TEXT.test(headers['content-type'] ?? '') && isUtf8(body);
  return { body: body.toString(text ? 'utf8' : 'base64'), isBase64Encoded: !text };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function commonLogTime(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, '0');
  const clock = date.toISOString().slice(11, 19);
  return `${day}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${clock} +0000`;
}
