/**
 * Event sources for `registry.event(name, source, handler)`. Each is both the mapping of the event to a typed payload
 * and, where it names a bucket, queue, ..., the trigger that the template declares with its permissions.
 */
export {
  type CustomResourceAnswer,
  type CustomResourceRequest,
  customResource,
} from './sources/cloudformation/index.ts';
export {
  type CloudWatchLogsOptions,
  cloudWatchLogs,
  type LogEvents,
} from './sources/cloudwatch-logs/index.ts';
export { type CodeCommitChange, type CodeCommitOptions, codeCommit } from './sources/codecommit/index.ts';
export { type CognitoOptions, cognito } from './sources/cognito/index.ts';
export type {
  CognitoAnswer,
  CognitoEvent,
  CognitoTriggerName,
  CognitoTriggers,
} from './sources/cognito/types.ts';
export { type DynamoDbChange, type DynamoDbOptions, dynamodb } from './sources/dynamodb/index.ts';
export type { Numbers } from './sources/dynamodb/unmarshall.ts';
export { type EventBridgeEvent, type EventBridgeOptions, eventBridge } from './sources/eventbridge/index.ts';
export { type ScheduleOptions, schedule } from './sources/eventbridge/schedule.ts';
export {
  type FirehoseOptions,
  type FirehoseRecord,
  type FirehoseResult,
  firehose,
} from './sources/firehose/index.ts';
export { type KafkaRecord, kafka } from './sources/kafka/index.ts';
export { type KinesisRecord, kinesis } from './sources/kinesis/index.ts';
export { type S3Options, type S3Record, s3 } from './sources/s3/index.ts';
export { type SesDisposition, type SesMail, type SesOptions, ses } from './sources/ses/index.ts';
export type { BatchResponse } from './sources/shared/batch.ts';
export { RecordError } from './sources/shared/decode.ts';
export type { StreamOptions } from './sources/shared/stream.ts';
export type {
  BucketLocation,
  CloudFormationExpression,
  EventFilters,
  FailureDestination,
  Located,
  StackParameter,
  TriggerData,
} from './sources/shared/triggers.ts';
export { type SnsMessage, type SnsOptions, sns } from './sources/sns/index.ts';
export { type SqsMessage, type SqsOptions, sqs } from './sources/sqs/index.ts';
