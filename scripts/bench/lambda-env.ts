import { join } from 'node:path';

/** The functions that aws-lambda-ric is given, by the name of their module. */
export const RIC_ROOT = join(import.meta.dirname, 'services', 'ric');

/** What Lambda sets for a function, for either runtime. */
export function lambdaEnv(address: string, handler: string): Record<string, string> {
  return {
    AWS_LAMBDA_RUNTIME_API: address,
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/bench',
    AWS_LAMBDA_LOG_STREAM_NAME: 'bench',
    AWS_REGION: 'us-east-1',
    LAMBDA_TASK_ROOT: RIC_ROOT,
    _HANDLER: handler,
  };
}
