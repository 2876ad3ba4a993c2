/**
 * Event sources for `registry.event(name, source, handler)`. Each is both the mapping of the event to a typed payload
 * and, where it names a bucket, queue, ..., the trigger that the template declares with its permissions.
 */
export {
  type CustomResourceRequest,
  type CustomResourceResponse,
  customResource,
} from './cloudformation/index.ts';
export {
  type CloudWatchLogsOptions,
  cloudWatchLogs,
  type LogEvents,
} from './cloudwatch-logs/index.ts';
export { type CodeCommitChange, type CodeCommitOptions, codeCommit } from './codecommit/index.ts';
export { type CognitoOptions, cognito } from './cognito/index.ts';
export type {
  CognitoEvent,
  CognitoResponse,
  CognitoTriggerName,
  CognitoTriggers,
} from './cognito/types.ts';
export { type DynamoDbChange, type DynamoDbOptions, dynamodb } from './dynamodb/index.ts';
export type { NumberMode } from './dynamodb/unmarshall.ts';
export { type EventBridgeEvent, type EventBridgeOptions, eventBridge } from './eventbridge/index.ts';
export { type ScheduleOptions, schedule } from './eventbridge/schedule.ts';
export {
  type FirehoseOptions,
  type FirehoseRecord,
  type FirehoseResult,
  firehose,
} from './firehose/index.ts';
export { type KafkaRecord, kafka } from './kafka/index.ts';
export { type KinesisRecord, kinesis } from './kinesis/index.ts';
export { type S3Options, type S3Record, s3 } from './s3/index.ts';
export { type SesDisposition, type SesMail, type SesOptions, ses } from './ses/index.ts';
export type { BatchResponse } from './shared/batch.ts';
export { RecordError } from './shared/decode.ts';
export type { StreamOptions, StreamWindow, StreamWindowResult } from './shared/stream.ts';
export type {
  BucketLocation,
  CloudFormationExpression,
  EventFilters,
  FailureDestination,
  ResourceRef,
  StackParameter,
  Trigger,
} from './shared/triggers.ts';
export { type SnsMessage, type SnsOptions, sns } from './sns/index.ts';
export { type SqsMessage, type SqsOptions, sqs } from './sqs/index.ts';
