import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { HTTP_RESULT_LIMIT } from '../../../../../aws/limits.ts';
import type { RawRequest } from '../../../../../core/index.ts';
import { isFrom } from '../../detect.ts';
import { encodePath, rooted, stripPrefix } from '../shared/path.ts';
import { requiredText } from '../shared/request.ts';
import { finishResult } from '../shared/result.ts';
import type { HttpSource, SourceOptions } from '../shared/types.ts';
import { payload2Request, payload2Result } from './payload.ts';

const NAME = 'apigateway-v2';

/**
 * API Gateway HTTP APIs, payload format 2.0.
 * Assumptions on AWS: `rawPath` comes decoded, so a client's `%2F` is a `/` before we see it, and it starts
 * with the stage unless that is `$default`; repeated headers come joined by a comma.
 */
export const apiGatewayV2: HttpSource = {
  name: NAME,
  matches: (event) => isFrom(event, NAME),
  toRequest: (event, options) => toRequest(event as APIGatewayProxyEventV2, options),
  toResult: (response) => finishResult(response, NAME, HTTP_RESULT_LIMIT, payload2Result),
};

function toRequest(event: APIGatewayProxyEventV2, options: SourceOptions): RawRequest {
  const { stage } = event.requestContext;
  const raw = rooted(encodePath(requiredText(event.rawPath, NAME, 'rawPath')));
  const path = stage === undefined || stage === '$default' ? raw : stripPrefix(raw, `/${stage}`);
  return payload2Request(event, stripPrefix(path, options.basePath), NAME);
}
