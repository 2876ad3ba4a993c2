/** What is used of Lambda: by calls of functions. */
export { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
