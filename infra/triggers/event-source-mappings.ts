import type {
  EventFilters,
  FailureDestination,
  SqsTrigger,
  StreamTrigger,
} from '../../src/adapters/lambda/sources/events/shared/triggers.ts';
import { type Argument, resource } from '../intrinsics.ts';
import type { Grant } from '../template/policies.ts';
import type { TemplateGroup } from '../topology/types.ts';
import { defined, type Emit, type TriggerScope } from './trigger-scope.ts';

const SQS_ACTIONS = [
  'sqs:ReceiveMessage',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ChangeMessageVisibility',
];

const STREAM_ACTIONS = {
  kinesis: [
    'kinesis:DescribeStream',
    'kinesis:DescribeStreamSummary',
    'kinesis:GetRecords',
    'kinesis:GetShardIterator',
    'kinesis:ListShards',
  ],
  dynamodb: [
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
  ],
} as const;

export const sqsTrigger: Emit<SqsTrigger> = (scope, trigger) => {
  const { batchSize, batchWindow, maxConcurrency, filters, reportFailures } = trigger;
  const queue = scope.resolve('queue', trigger.queue);
  const grants = [{ actions: SQS_ACTIONS, resources: [queue] }, ...decrypt(scope, trigger)];
  return eventSourceMapping(scope, 'ReadQueue', grants, {
    EventSourceArn: queue,
    BatchSize: batchSize,
    MaximumBatchingWindowInSeconds: batchWindow,
    ScalingConfig: maxConcurrency === undefined ? undefined : { MaximumConcurrency: maxConcurrency },
    ...commonProperties(filters, reportFailures),
  });
};

export const streamTrigger: Emit<StreamTrigger> = (scope, trigger) => {
  const stream = scope.resolve('stream', trigger.stream);
  const grants = [{ actions: STREAM_ACTIONS[trigger.type], resources: [stream] }, ...decrypt(scope, trigger)];
  const destination = trigger.onFailure && failureDestination(scope, trigger.onFailure);
  if (destination) grants.push(destination.grant);
  return eventSourceMapping(scope, 'ReadStream', grants, {
    EventSourceArn: stream,
    StartingPosition: trigger.startingPosition,
    BatchSize: trigger.batchSize,
    MaximumBatchingWindowInSeconds: trigger.batchWindow,
    BisectBatchOnFunctionError: trigger.bisect,
    MaximumRetryAttempts: trigger.retries,
    MaximumRecordAgeInSeconds: trigger.maxAge,
    ParallelizationFactor: trigger.parallelization,
    TumblingWindowInSeconds: trigger.tumblingWindow,
    DestinationConfig: destination && { OnFailure: { Destination: destination.arn } },
    ...commonProperties(trigger.filters, trigger.reportFailures),
  });
};

function commonProperties(filters: EventFilters | undefined, reportFailures: boolean) {
  return {
    FilterCriteria: filters && { Filters: filters.map((filter) => ({ Pattern: JSON.stringify(filter) })) },
    FunctionResponseTypes: reportFailures ? ['ReportBatchItemFailures' as const] : undefined,
  };
}

function decrypt(scope: TriggerScope, { kmsKey }: SqsTrigger | StreamTrigger): Grant[] {
  if (kmsKey === undefined) return [];
  return [{ actions: ['kms:Decrypt'], resources: [scope.resolve('kmsKey', kmsKey)] }];
}

function failureDestination(scope: TriggerScope, to: FailureDestination): { arn: Argument; grant: Grant } {
  const [action, location] =
    'queue' in to ? (['sqs:SendMessage', to.queue] as const) : (['sns:Publish', to.topic] as const);
  const arn = scope.resolve('onFailure', location);
  return { arn, grant: { actions: [action], resources: [arn] } };
}

type MappingProperties = Omit<
  Parameters<typeof resource<'AWS::Lambda::EventSourceMapping'>>[1],
  'FunctionName'
>;

/** Lambda checks the role when the mapping is made, so the policy comes first. */
function eventSourceMapping(
  scope: TriggerScope,
  policy: string,
  grants: Grant[],
  properties: MappingProperties,
): TemplateGroup {
  const [policyName, mappingName] = [scope.logicalName('Policy'), scope.logicalName('Mapping')];
  return {
    Resources: {
      [policyName]: scope.policy(policy, grants),
      [mappingName]: resource(
        'AWS::Lambda::EventSourceMapping',
        { FunctionName: scope.targetArn, ...defined(properties) },
        { DependsOn: policyName },
      ),
    },
  };
}
