import type { ALBEvent } from 'aws-lambda';
import { ALB_RESULT_LIMIT } from '../../../../../aws/limits.ts';
import type { Awaitable, Context, RawRequest, RawResponse } from '../../../../../core/index.ts';
import { isFrom } from '../../detect.ts';
import { headersWithOneCookie } from '../shared/one-cookie.ts';
import { rooted, stripPrefix } from '../shared/path.ts';
import { mergedQuery, rawQuery } from '../shared/query.ts';
import {
  bodyBytes,
  defaultHost,
  lastForwarded,
  mergedHeaders,
  requiredText,
  schemeOf,
} from '../shared/request.ts';
import { finishResult } from '../shared/result.ts';
import { statusDescription } from '../shared/status.ts';
import type { HttpResult, HttpSource, SourceOptions } from '../shared/types.ts';

const NAME = 'alb';

/**
 * Application Load Balancer, with and without `lambda.multi_value_headers.enabled`; the reply uses the
 * mode that the event came in, since the balancer ignores the other's headers.
 * Assumptions on AWS: path and query come as the client sent them; without multi-value headers only the last
 * value of a repeated header or query key arrives; the response JSON may have 1 MB.
 */
export const alb: HttpSource = {
  name: NAME,
  matches: (event) => isFrom(event, NAME),
  toRequest: (event, options) => toRequest(event as ALBEvent, options),
  toResult: (response, event, context) => toResult(response, event as ALBEvent, context),
};

function toRequest(event: ALBEvent, options: SourceOptions): RawRequest {
  const headers = mergedHeaders(event.multiValueHeaders, event.headers);
  defaultHost(headers, undefined);
  return {
    method: requiredText(event.httpMethod, NAME, 'httpMethod').toUpperCase(),
    path: stripPrefix(rooted(requiredText(event.path, NAME, 'path')), options.basePath),
    rawQuery: rawQuery(mergedQuery(event.multiValueQueryStringParameters, event.queryStringParameters)),
    headers,
    body: bodyBytes(event.body, event.isBase64Encoded, NAME),
    clientIp: lastForwarded(headers),
    scheme: schemeOf(headers),
  };
}

function isMulti(event: ALBEvent): boolean {
  return event.multiValueHeaders !== undefined && event.multiValueHeaders !== null;
}

const REMEDY = 'turn on lambda.multi_value_headers.enabled of the target group to send all';

function toResult(response: RawResponse, event: ALBEvent, context: Context): Awaitable<HttpResult> {
  if (isMulti(event)) return finishResult(response, NAME, ALB_RESULT_LIMIT, multiShape);
  return finishResult(response, NAME, ALB_RESULT_LIMIT, (final, body, isBase64Encoded) => ({
    statusCode: final.status,
    statusDescription: statusDescription(final.status),
    headers: headersWithOneCookie(final, NAME, context, REMEDY),
    body,
    isBase64Encoded,
  }));
}

function multiShape(response: RawResponse, body: string, isBase64Encoded: boolean): HttpResult {
  const { status, headers, cookies } = response;
  const multiValueHeaders: Record<string, string[]> = {};
  for (const name in headers) multiValueHeaders[name] = [headers[name]!];
  if (cookies.length > 0) multiValueHeaders['set-cookie'] = cookies;
  const description = statusDescription(status);
  return { statusCode: status, statusDescription: description, multiValueHeaders, body, isBase64Encoded };
}
