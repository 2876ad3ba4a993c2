import { HTTP_RESULT_LIMIT } from '../../../../../aws/limits.ts';
import type { Awaitable, Context, RawRequest, RawResponse } from '../../../../../core/index.ts';
import { isFrom } from '../../detect.ts';
import { headersWithOneCookie } from '../shared/one-cookie.ts';
import { rooted, stripPrefix } from '../shared/path.ts';
import { rawQuery } from '../shared/query.ts';
import {
  bodyBytes,
  defaultHost,
  lastForwarded,
  multiHeaders,
  requiredText,
  schemeOf,
} from '../shared/request.ts';
import { finishResult } from '../shared/result.ts';
import { statusDescription } from '../shared/status.ts';
import type { HttpResult, HttpSource, HttpSourceName, SourceOptions } from '../shared/types.ts';

type Values = Readonly<Record<string, string | readonly string[]>> | null;

/** Event structure version 1: snake case, single values. */
export interface VpcLatticeEventV1 {
  readonly raw_path: string;
  readonly method: string;
  readonly headers?: Values;
  readonly query_string_parameters?: Values;
  readonly body?: string | null;
  readonly is_base64_encoded?: boolean;
}

/** Event structure version 2: values are arrays, or single in some published samples. */
export interface VpcLatticeEventV2 {
  readonly path: string;
  readonly method: string;
  readonly headers?: Values;
  readonly queryStringParameters?: Values;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly serviceArn?: string;
    readonly serviceNetworkArn?: string;
    readonly identity?: { readonly sourceIp?: string };
  };
}

const V1 = 'vpc-lattice-v1';
const V2 = 'vpc-lattice-v2';

/**
 * VPC Lattice service with a Lambda target, event structure version 1.
 * Assumptions on AWS, for both versions: path and query come as sent; should the path hold a `?`, what follows
 * is the query; a result header has one value, in version 2 a list of them too (untried); no client address but in `x-forwarded-for`.
 */
export const vpcLatticeV1: HttpSource = {
  name: V1,
  matches: (event) => isFrom(event, V1),
  toRequest: (event, options) => {
    const given = event as VpcLatticeEventV1;
    const path = requiredText(given.raw_path, V1, 'raw_path');
    const body = bodyBytes(given.body, given.is_base64_encoded, V1);
    return toRequest(V1, { ...given, path, body, params: given.query_string_parameters }, options);
  },
  toResult: (response, _event, context) => toResult(V1, response, context),
};

/** The same, event structure version 2. */
export const vpcLatticeV2: HttpSource = {
  name: V2,
  matches: (event) => isFrom(event, V2),
  toRequest: (event, options) => {
    const given = event as VpcLatticeEventV2;
    const path = requiredText(given.path, V2, 'path');
    const body = bodyBytes(given.body, given.isBase64Encoded, V2);
    const sourceIp = given.requestContext.identity?.sourceIp;
    return toRequest(V2, { ...given, path, body, params: given.queryStringParameters, sourceIp }, options);
  },
  toResult: (response, _event, context) => toResult(V2, response, context),
};

interface Parts {
  readonly path: string;
  readonly method: string;
  readonly headers?: Values;
  readonly params?: Values;
  readonly body: Uint8Array | undefined;
  readonly sourceIp?: string;
}

function toRequest(source: HttpSourceName, parts: Parts, options: SourceOptions): RawRequest {
  const headers = multiHeaders(parts.headers);
  defaultHost(headers, undefined);
  const mark = parts.path.indexOf('?');
  const path = rooted(mark < 0 ? parts.path : parts.path.slice(0, mark));
  return {
    method: requiredText(parts.method, source, 'method').toUpperCase(),
    path: stripPrefix(path, options.basePath),
    rawQuery: mark < 0 ? rawQuery(parts.params) : parts.path.slice(mark + 1),
    headers,
    body: parts.body,
    clientIp: parts.sourceIp ?? lastForwarded(headers),
    scheme: schemeOf(headers),
  };
}

function headersWithCookies({ headers, cookies }: RawResponse): Record<string, string | string[]> {
  if (cookies.length === 0) return headers;
  return { ...headers, 'set-cookie': cookies.length === 1 ? cookies[0]! : cookies };
}

const REMEDY = 'use event structure version 2 to send several';

function toResult(source: HttpSourceName, response: RawResponse, context: Context): Awaitable<HttpResult> {
  return finishResult(response, source, HTTP_RESULT_LIMIT, (final, body, isBase64Encoded) => ({
    statusCode: final.status,
    statusDescription: statusDescription(final.status),
    headers: source === V2 ? headersWithCookies(final) : headersWithOneCookie(final, source, context, REMEDY),
    body,
    isBase64Encoded,
  }));
}
