import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { payload2Request, payload2Result } from '../apigateway-v2/payload.ts';
import { isFrom } from '../detect.ts';
import { rooted, stripPrefix } from '../path.ts';
import { requiredText } from '../request.ts';
import { finishResult, LAMBDA_LIMIT } from '../result.ts';
import type { HttpSource } from '../types.ts';

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
  toResult: (wire) => finishResult(wire, NAME, LAMBDA_LIMIT, payload2Result),
};
