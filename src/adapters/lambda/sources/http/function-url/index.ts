import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { HTTP_RESULT_LIMIT } from '../../../../../aws/limits.ts';
import { isFrom } from '../../detect.ts';
import { payload2Request, payload2Result } from '../apigateway-v2/payload.ts';
import { rooted, stripPrefix } from '../shared/path.ts';
import { requiredText } from '../shared/request.ts';
import { finishResult } from '../shared/result.ts';
import type { HttpSource } from '../shared/types.ts';

const NAME = 'function-url';

/** Lambda Function URLs. Assumption on AWS: `rawPath` is encoded as the client sent it, and has no stage. */
export const functionUrl: HttpSource = {
  name: NAME,
  matches: (event) => isFrom(event, NAME),
  toRequest: (event, options) => {
    const given = event as LambdaFunctionURLEvent;
    const path = rooted(requiredText(given.rawPath, NAME, 'rawPath'));
    return payload2Request(given, stripPrefix(path, options.basePath), NAME);
  },
  toResult: (response) => finishResult(response, NAME, HTTP_RESULT_LIMIT, payload2Result),
};
