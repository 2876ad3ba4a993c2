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

export const sqsTrigger: Emit<SqsTrigger> = (site, trigger) => {
  const { batchSize, batchWindow, maxConcurrency, filters, reportFailures } = trigger;
  const queue = site.locate('queue', trigger.queue);
  const grants = [{ actions: SQS_ACTIONS, resources: [queue] }, ...decrypt(site, trigger)];
  return mapped(site, 'ReadQueue', grants, {
    EventSourceArn: queue,
    BatchSize: batchSize,
    MaximumBatchingWindowInSeconds: batchWindow,
    ScalingConfig: maxConcurrency === undefined ? undefined : { MaximumConcurrency: maxConcurrency },
    ...common(filters, reportFailures),
  });
};

export const streamTrigger: Emit<StreamTrigger> = (site, trigger) => {
  const stream = site.locate('stream', trigger.stream);
  const grants = [{ actions: STREAM_ACTIONS[trigger.type], resources: [stream] }, ...decrypt(site, trigger)];
  const destination = trigger.onFailure && failureDestination(site, trigger.onFailure);
  if (destination) grants.push(destination.grant);
  return mapped(site, 'ReadStream', grants, {
    EventSourceArn: stream,
    StartingPosition: trigger.startingPosition,
    BatchSize: trigger.batchSize,
    MaximumBatchingWindowInSeconds: trigger.batchWindow,
    BisectBatchOnFunctionError: trigger.bisect,
    MaximumRetryAttempts: trigger.retries,
    MaximumRecordAgeInSeconds: trigger.maxAge,
    ParallelizationFactor: trigger.parallelization,
    DestinationConfig: destination && { OnFailure: { Destination: destination.arn } },
    ...common(trigger.filters, trigger.reportFailures),
  });
};

function common(filters: EventFilters | undefined, reportFailures: boolean) {
  return {
    FilterCriteria: filters && { Filters: filters.map((filter) => ({ Pattern: JSON.stringify(filter) })) },
    FunctionResponseTypes: reportFailures ? ['ReportBatchItemFailures' as const] : undefined,
  };
}

function decrypt(site: TriggerScope, { kmsKey }: SqsTrigger | StreamTrigger): Grant[] {
  if (kmsKey === undefined) return [];
  return [{ actions: ['kms:Decrypt'], resources: [site.locate('kmsKey', kmsKey)] }];
}

function failureDestination(site: TriggerScope, to: FailureDestination): { arn: Argument; grant: Grant } {
  const [action, location] =
    'queue' in to ? (['sqs:SendMessage', to.queue] as const) : (['sns:Publish', to.topic] as const);
  const arn = site.locate('onFailure', location);
  return { arn, grant: { actions: [action], resources: [arn] } };
}

type MappingProperties = Omit<
  Parameters<typeof resource<'AWS::Lambda::EventSourceMapping'>>[1],
  'FunctionName'
>;

/** Lambda checks the role when the mapping is made, so the policy comes first. */
function mapped(
  site: TriggerScope,
  policy: string,
  grants: Grant[],
  properties: MappingProperties,
): TemplateGroup {
  const [policyName, mappingName] = [site.logical('Policy'), site.logical('Mapping')];
  return {
    Resources: {
      [policyName]: site.policy(policy, grants),
      [mappingName]: resource(
        'AWS::Lambda::EventSourceMapping',
        { FunctionName: site.functionArn, ...defined(properties) },
        { DependsOn: policyName },
      ),
    },
  };
}
