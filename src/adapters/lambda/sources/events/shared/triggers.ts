/** An intrinsic of CloudFormation that resolves in the emitted template, e.g. `{ 'Fn::GetAtt': ['Queue', 'Arn'] }`. */
export type CloudFormationExpression =
  | { readonly Ref: string }
  | { readonly 'Fn::GetAtt': readonly [string, string] | string }
  | { readonly 'Fn::ImportValue': string | CloudFormationExpression }
  | { readonly 'Fn::Sub': string };

/** A value that is given when the stack is made: the template gets a String parameter of this name. */
export type StackParameter = { readonly parameter: string; readonly default?: string };

/** An ARN or a name: literal, a stack parameter, or an expression. */
export type ResourceRef = string | StackParameter | CloudFormationExpression;

/** Where records go that were tried in vain. */
export type FailureDestination = { readonly queue: ResourceRef } | { readonly topic: ResourceRef };

/** CloudFormation's filter criteria: each is a pattern; a record that fits one is delivered. */
export type EventFilters = readonly Readonly<Record<string, unknown>>[];

/** A bucket that the template creates, or an existing one by name, ARN or expression (of its name). */
export type BucketLocation = ResourceRef | { readonly create: true; readonly name?: string };

export interface S3Trigger {
  readonly type: 's3';
  readonly bucket: BucketLocation;
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
}

export interface SnsTrigger {
  readonly type: 'sns';
  readonly topic: ResourceRef;
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly filterScope?: 'MessageAttributes' | 'MessageBody';
}

export interface SqsTrigger {
  readonly type: 'sqs';
  readonly queue: ResourceRef;
  readonly batchSize?: number;
  readonly batchWindow?: number;
  readonly maxConcurrency?: number;
  readonly filters?: EventFilters;
  readonly kmsKey?: ResourceRef;
  readonly reportFailures: boolean;
}

export type StreamType = 'kinesis' | 'dynamodb';

/** What Kinesis and DynamoDB streams have in common. */
export interface StreamTrigger<Type extends StreamType = StreamType> {
  readonly type: Type;
  readonly stream: ResourceRef;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly batchSize?: number;
  readonly batchWindow?: number;
  readonly bisect: boolean;
  readonly retries?: number;
  readonly maxAge?: number;
  readonly parallelization?: number;
  readonly tumblingWindow?: number;
  readonly filters?: EventFilters;
  readonly onFailure?: FailureDestination;
  readonly kmsKey?: ResourceRef;
  readonly reportFailures: boolean;
}

export interface EventBridgeTrigger {
  readonly type: 'eventbridge';
  readonly pattern: Readonly<Record<string, unknown>>;
  readonly bus?: ResourceRef;
}

export interface ScheduleTrigger {
  readonly type: 'schedule';
  readonly expression: string;
  /** JSON that the handler gets in place of EventBridge's event. */
  readonly input?: unknown;
}

export interface CodeCommitTrigger {
  readonly type: 'codecommit';
  readonly repository: ResourceRef;
  readonly branches?: readonly string[];
}

export interface CloudWatchLogsTrigger {
  readonly type: 'cloudwatch-logs';
  readonly logGroup: ResourceRef;
  readonly filterPattern: string;
}

export interface SesTrigger {
  readonly type: 'ses';
  readonly ruleSet?: ResourceRef;
  readonly ruleName?: string;
  readonly recipients?: readonly string[];
  readonly invocation: 'Event' | 'RequestResponse';
}

export interface CognitoTrigger {
  readonly type: 'cognito';
  readonly userPool: ResourceRef;
  readonly trigger: string;
}

export interface CloudFormationTrigger {
  readonly type: 'cloudformation';
}

/** Every kind of trigger by its `type`; the infra module has one emitter for each. */
export interface Triggers {
  s3: S3Trigger;
  sns: SnsTrigger;
  sqs: SqsTrigger;
  kinesis: StreamTrigger<'kinesis'>;
  dynamodb: StreamTrigger<'dynamodb'>;
  eventbridge: EventBridgeTrigger;
  schedule: ScheduleTrigger;
  codecommit: CodeCommitTrigger;
  'cloudwatch-logs': CloudWatchLogsTrigger;
  ses: SesTrigger;
  cognito: CognitoTrigger;
  cloudformation: CloudFormationTrigger;
}

export type TriggerType = keyof Triggers;

/** The triggers of some types; of every type by default. */
export type Trigger<Type extends TriggerType = TriggerType> = {
  [T in Type]: { readonly type: T } & Triggers[T];
}[Type];
