/** What the worker uses of the AWS SDK: an asset of the executable, loaded by the worker alone. */
export {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
