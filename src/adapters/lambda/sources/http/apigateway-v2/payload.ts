import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RawRequest, RawResponse } from '../../../../../core/index.ts';
import {
  bodyBytes,
  defaultHost,
  lastForwarded,
  requiredText,
  schemeOf,
  singleHeaders,
} from '../shared/request.ts';
import type { HttpResult, HttpSourceName } from '../shared/types.ts';

/** Payload format 2.0 with its path already made; HTTP APIs and Function URLs share it. */
export function payload2Request(
  event: APIGatewayProxyEventV2,
  path: string,
  source: HttpSourceName,
): RawRequest {
  const { http, domainName } = event.requestContext;
  const headers = singleHeaders(event.headers);
  // The array is whole where the header, if there at all, may be comma-joined.
  if (Array.isArray(event.cookies) && event.cookies.length > 0) headers.cookie = event.cookies.join('; ');
  defaultHost(headers, domainName);
  return {
    method: requiredText(http.method, source, 'requestContext.http.method').toUpperCase(),
    path,
    // Never rebuilt from queryStringParameters, where repeats are joined by commas.
    rawQuery: event.rawQueryString ?? '',
    headers,
    body: bodyBytes(event.body, event.isBase64Encoded, source),
    clientIp: http.sourceIp ?? lastForwarded(headers),
    scheme: schemeOf(headers),
  };
}

export function payload2Result(response: RawResponse, body: string, isBase64Encoded: boolean): HttpResult {
  const { status: statusCode, headers, cookies } = response;
  if (cookies.length === 0) return { statusCode, headers, body, isBase64Encoded };
  return { statusCode, headers, cookies, body, isBase64Encoded };
}
