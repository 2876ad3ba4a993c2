import { ALARM_METRICS } from '../../src/aws/quotas.ts';
import {
  type Argument,
  getAtt,
  ref,
  resource,
  select,
  split,
  sub,
  type TemplateResource,
} from '../intrinsics.ts';
import { ProvisionError } from '../topology/errors.ts';
import type { Topology } from '../topology/types.ts';
import type { Wiring } from '../wiring/index.ts';
import { AUTO_SCALING_GROUP, INSTANCE_TARGETS, LOAD_BALANCER, TRAFFIC_RULE } from './names.ts';

/** Policies that change the size of the group. Nothing without an option that asks for one. */
export function scalingResources(topology: Topology, wiring: Wiring): Record<string, TemplateResource> {
  const { scaleOnCpu, scaleOnRequests, scaleOnBacklog } = topology;
  return {
    ...(scaleOnCpu === undefined ? {} : { ScaleOnCpu: predefined(scaleOnCpu, 'ASGAverageCPUUtilization') }),
    ...(scaleOnRequests === undefined ? {} : { ScaleOnRequests: onRequests(scaleOnRequests) }),
    ...(scaleOnBacklog === undefined ? {} : onBacklog(topology, wiring, scaleOnBacklog)),
  };
}

/** Metrics of the group itself, as far as a policy needs them. */
export function metricsCollection({ scaleOnBacklog }: Topology) {
  if (scaleOnBacklog === undefined) return {};
  return { MetricsCollection: [{ Granularity: '1Minute', Metrics: [INSTANCES_METRIC] }] };
}

const INSTANCES_METRIC = 'GroupInServiceInstances';

function predefined(TargetValue: number, type: string, ResourceLabel?: Argument): TemplateResource {
  const label = ResourceLabel === undefined ? {} : { ResourceLabel };
  return resource(
    'AWS::AutoScaling::ScalingPolicy',
    {
      AutoScalingGroupName: ref(AUTO_SCALING_GROUP),
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        TargetValue,
        PredefinedMetricSpecification: { PredefinedMetricType: type, ...label },
      },
    },
    // Auto Scaling asks for the target group's load balancer at once.
    ResourceLabel === undefined ? {} : { DependsOn: TRAFFIC_RULE },
  );
}

/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PredefinedMetricSpecification.html */
function onRequests(target: number): TemplateResource {
  const label = sub(`\${${LOAD_BALANCER}.LoadBalancerFullName}/\${${INSTANCE_TARGETS}.TargetGroupFullName}`);
  return predefined(target, 'ALBRequestCountPerTarget', label);
}

interface Dimension {
  readonly Name: string;
  readonly Value: Argument;
}

const metric = (Id: string, Namespace: string, MetricName: string, Stat: string, dimension: Dimension) => ({
  Id,
  MetricStat: { Metric: { Namespace, MetricName, Dimensions: [dimension] }, Stat },
  ReturnData: false,
});

/** What waits in all queues, and the instances in service. */
function backlogMetrics({ queues }: Wiring) {
  const arns = [...queues.values()];
  if (arns.length >= ALARM_METRICS)
    throw new ProvisionError(
      `--scaleOnBacklog: ${arns.length} queues are polled on instances, and a scaling policy takes ${ALARM_METRICS - 1}: use --scaleOnCpu`,
    );
  const waiting = arns.map((arn, index) =>
    metric(`q${index}`, 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'Maximum', {
      Name: 'QueueName',
      Value: queueNameOf(arn),
    }),
  );
  const instances = metric('instances', 'AWS/AutoScaling', INSTANCES_METRIC, 'Average', {
    Name: 'AutoScalingGroupName',
    Value: ref(AUTO_SCALING_GROUP),
  });
  // A queue that nobody has used for six hours tells nothing any more.
  const sum = arns.map((_, index) => `FILL(q${index}, 0)`).join(' + ');
  return { metrics: [...waiting, instances], sum };
}

/** The last part of a queue's ARN. */
function queueNameOf(arn: Argument): Argument {
  if (typeof arn === 'string') return arn.split(':').at(-1)!;
  return 'Fn::GetAtt' in arn && arn['Fn::GetAtt'][1] === 'Arn'
    ? getAtt(arn['Fn::GetAtt'][0], 'QueueName')
    : select(5, split(':', arn));
}

/**
 * Messages per instance.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-target-tracking-metric-math.html
 */
function onBacklog(topology: Topology, wiring: Wiring, target: number): Record<string, TemplateResource> {
  const { metrics, sum } = backlogMetrics(wiring);
  return {
    ScaleOnBacklog: resource('AWS::AutoScaling::ScalingPolicy', {
      AutoScalingGroupName: ref(AUTO_SCALING_GROUP),
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        TargetValue: target,
        CustomizedMetricSpecification: {
          Metrics: [
            ...metrics,
            {
              Id: 'backlog',
              Expression: `(${sum}) / instances`,
              Label: 'Messages per instance',
              ReturnData: true,
            },
          ],
        },
      },
    }),
    ...(topology.minSize === 0 ? fromZero(metrics, sum) : {}),
  };
}

type Metrics = ReturnType<typeof backlogMetrics>['metrics'];

/** With no instance there is nothing to divide by, so the first one comes by an alarm of its own. */
function fromZero(metrics: Metrics, sum: string): Record<string, TemplateResource> {
  return {
    ScaleFromZero: resource('AWS::AutoScaling::ScalingPolicy', {
      AutoScalingGroupName: ref(AUTO_SCALING_GROUP),
      PolicyType: 'StepScaling',
      AdjustmentType: 'ExactCapacity',
      StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
    }),
    MessagesWithoutInstance: resource('AWS::CloudWatch::Alarm', {
      AlarmDescription: 'Messages wait, and no instance is there',
      Metrics: [
        ...metrics.map(({ MetricStat, ...rest }) => ({ ...rest, MetricStat: { ...MetricStat, Period: 60 } })),
        { Id: 'waiting', Expression: `IF(FILL(instances, 0) < 1, ${sum}, 0)`, ReturnData: true },
      ],
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: [ref('ScaleFromZero')],
    }),
  };
}
