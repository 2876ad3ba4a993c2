import type { APIGatewayProxyEvent } from 'aws-lambda';
import { HTTP_RESULT_LIMIT } from '../../../../../aws/limits.ts';
import type { RawRequest, RawResponse } from '../../../../../core/index.ts';
import { isFrom } from '../../detect.ts';
import { encodePath, rooted, stripPrefix } from '../shared/path.ts';
import { encodedQuery, mergedQuery } from '../shared/query.ts';
import {
  bodyBytes,
  defaultHost,
  lastForwarded,
  mergedHeaders,
  requiredText,
  schemeOf,
} from '../shared/request.ts';
import { finishResult } from '../shared/result.ts';
import type { HttpResult, HttpSource, SourceOptions } from '../shared/types.ts';

const NAME = 'apigateway-v1';

/**
 * API Gateway REST APIs, and HTTP APIs with payload format 1.0.
 * Assumptions on AWS: a REST API leaves the path encoded, an HTTP API decodes it; query values come decoded;
 * `path` has no stage; a REST API must list the binary types (`binaryMediaTypes`) for base64 to be undone.
 */
export const apiGatewayV1: HttpSource = {
  name: NAME,
  matches: (event) => isFrom(event, NAME),
  toRequest: (event, options) => toRequest(event as APIGatewayProxyEvent, options),
  toResult: (response) => finishResult(response, NAME, HTTP_RESULT_LIMIT, shape),
};

function toRequest(event: APIGatewayProxyEvent, options: SourceOptions): RawRequest {
  const headers = mergedHeaders(event.multiValueHeaders, event.headers);
  const context = event.requestContext;
  defaultHost(headers, context?.domainName);
  return {
    method: requiredText(event.httpMethod, NAME, 'httpMethod').toUpperCase(),
    path: stripPrefix(rooted(encodePath(requiredText(event.path, NAME, 'path'))), options.basePath),
    rawQuery: encodedQuery(mergedQuery(event.multiValueQueryStringParameters, event.queryStringParameters)),
    headers,
    body: bodyBytes(event.body, event.isBase64Encoded, NAME),
    clientIp: context?.identity?.sourceIp ?? lastForwarded(headers),
    scheme: schemeOf(headers),
  };
}

function shape(response: RawResponse, body: string, isBase64Encoded: boolean): HttpResult {
  const { status: statusCode, headers, cookies } = response;
  if (cookies.length === 0) return { statusCode, headers, body, isBase64Encoded };
  return { statusCode, headers, multiValueHeaders: { 'set-cookie': cookies }, body, isBase64Encoded };
}
