/** One sample event: what it is, and how to load it. */
export interface Sample {
  readonly describe: string;
  readonly load: () => Promise<unknown>;
}

const http = () => import('./http.ts');
const records = () => import('./records.ts');
const others = () => import('./others.ts');

/** Realistic events by source; those of one source in another shape have a name of their own. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  'apigateway-v1': { describe: 'API Gateway REST API', load: async () => (await http()).apiGatewayV1 },
  'apigateway-v2': { describe: 'API Gateway HTTP API', load: async () => (await http()).apiGatewayV2 },
  'function-url': { describe: 'Lambda Function URL', load: async () => (await http()).functionUrl },
  alb: { describe: 'Application Load Balancer', load: async () => (await http()).alb },
  'alb-multi': {
    describe: 'Application Load Balancer with multi-value headers',
    load: async () => (await http()).albMulti,
  },
  'vpc-lattice-v1': { describe: 'VPC Lattice, event version 1', load: async () => (await http()).latticeV1 },
  'vpc-lattice-v2': { describe: 'VPC Lattice, event version 2', load: async () => (await http()).latticeV2 },
  s3: { describe: 'S3 notification', load: async () => (await records()).s3 },
  's3-eventbridge': { describe: 'S3 by EventBridge', load: async () => (await others()).s3EventBridge },
  sns: { describe: 'SNS topic', load: async () => (await records()).sns },
  sqs: { describe: 'SQS queue', load: async () => (await records()).sqs },
  'sqs-fifo': { describe: 'SQS FIFO queue', load: async () => (await records()).sqsFifo },
  ses: { describe: 'SES received mail', load: async () => (await records()).ses },
  dynamodb: { describe: 'DynamoDB stream', load: async () => (await records()).dynamodb },
  kinesis: { describe: 'Kinesis data stream', load: async () => (await records()).kinesis },
  eventbridge: { describe: 'EventBridge event', load: async () => (await others()).eventBridge },
  schedule: { describe: 'EventBridge schedule', load: async () => (await others()).schedule },
  codecommit: { describe: 'CodeCommit trigger', load: async () => (await records()).codeCommit },
  'codecommit-eventbridge': {
    describe: 'CodeCommit by EventBridge',
    load: async () => (await others()).codeCommitEventBridge,
  },
  'cloudwatch-logs': {
    describe: 'CloudWatch Logs subscription',
    load: async () => (await others()).cloudWatchLogs,
  },
  cognito: { describe: 'Cognito user pool, PreSignUp', load: async () => (await others()).cognito },
  cloudformation: {
    describe: 'CloudFormation custom resource',
    load: async () => (await others()).cloudFormation,
  },
  firehose: { describe: 'Firehose transformation', load: async () => (await records()).firehose },
  kafka: { describe: 'Kafka topic (MSK)', load: async () => (await records()).kafka },
};
