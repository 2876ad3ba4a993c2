import * as http from '../adapters/lambda/sources/samples/http.ts';
import * as others from '../adapters/lambda/sources/samples/others.ts';
import * as records from '../adapters/lambda/sources/samples/records.ts';

/** The events of `app events`, at hand without waiting. */
export const EVENTS = {
  'apigateway-v1': http.apiGatewayV1,
  'apigateway-v2': http.apiGatewayV2,
  'function-url': http.functionUrl,
  alb: http.alb,
  'alb-multi': http.albMulti,
  'vpc-lattice-v1': http.latticeV1,
  'vpc-lattice-v2': http.latticeV2,
  s3: records.s3,
  's3-eventbridge': others.s3EventBridge,
  sns: records.sns,
  sqs: records.sqs,
  'sqs-fifo': records.sqsFifo,
  ses: records.ses,
  dynamodb: records.dynamodb,
  kinesis: records.kinesis,
  eventbridge: others.eventBridge,
  schedule: others.schedule,
  codecommit: records.codeCommit,
  'codecommit-eventbridge': others.codeCommitEventBridge,
  'cloudwatch-logs': others.cloudWatchLogs,
  cognito: others.cognito,
  cloudformation: others.cloudFormation,
  firehose: records.firehose,
  kafka: records.kafka,
} as const;
