/** Alarms that go to one SNS topic. */
import {
  type Argument,
  getAtt,
  type Intrinsic,
  ref,
  resource,
  type TemplateResource,
} from '../intrinsics.ts';
import { settingsOf } from '../topology/function-settings.ts';
import type { TemplateGroup, Topology } from '../topology/types.ts';
import type { Wiring } from '../wiring/index.ts';
import { hasMadeQueue } from '../wiring/queues.ts';
import { INSTANCE_TARGETS, LOAD_BALANCER } from './names.ts';

/**
 * CloudWatch takes so many metrics in the expression of an alarm; of a hundred functions there are so few alarms that the
 * template still has room.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
 */
const METRICS_IN_ALARM = 9;

/** Part of a function's timeout, in percent, that its slowest invocations may take. */
const SLOW_PERCENT = 90;

const FIVE_MINUTES = 300;
const MINUTE = 60;

interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, Argument>>;
  readonly stat: string;
}

interface AlarmParts {
  readonly description: string;
  readonly above: number;
  readonly period: number;
  /** In a row. */
  readonly periods?: number;
}

export function alarmsGroup(topology: Topology, wiring: Wiring): TemplateGroup {
  if (topology.alarmTopicArn === undefined) return {};
  return {
    Resources: {
      ...functionAlarms(topology, wiring),
      ...(topology.alb === undefined ? {} : balancerAlarms(topology)),
      ...queueAlarms(topology, wiring),
    },
  };
}

function functionAlarms(topology: Topology, { functions, names }: Wiring): Record<string, TemplateResource> {
  const handlers = [...functions.keys()];
  const groups = Array.from({ length: Math.ceil(handlers.length / METRICS_IN_ALARM) }, (_, index) =>
    handlers.slice(index * METRICS_IN_ALARM, (index + 1) * METRICS_IN_ALARM),
  );
  const entries = groups.flatMap((group, index) => {
    const of = (name: string, stat: string) =>
      group.map((handler) => lambdaMetric(names.get(handler)!, name, stat));
    const who =
      group.length > 3 ? `${group.slice(0, 3).join(', ')} and ${group.length - 3} more` : group.join(', ');
    const timeouts = group.map((handler) => settingsOf(topology, handler).timeout ?? topology.timeout);
    const share = (id: string, at: number) => `100*${id}/${timeouts[at]! * 1000}`;
    return [
      [
        `FunctionErrors${index + 1}`,
        sum(topology, of('Errors', 'Sum'), {
          description: `Errors of ${who}`,
          above: 0,
          period: FIVE_MINUTES,
        }),
      ],
      [
        `FunctionThrottles${index + 1}`,
        sum(topology, of('Throttles', 'Sum'), {
          description: `Throttled: ${who}`,
          above: 0,
          period: FIVE_MINUTES,
        }),
      ],
      [
        `FunctionsSlow${index + 1}`,
        alarm(topology, of('Duration', 'p99'), (ids) => `MAX([${ids.map(share).join(',')}])`, {
          description: `Percent of the timeout that slow invocations take: ${who}`,
          above: SLOW_PERCENT,
          period: FIVE_MINUTES,
        }),
      ],
    ] as const;
  });
  return Object.fromEntries(entries);
}

function balancerAlarms(topology: Topology): Record<string, TemplateResource> {
  const { alarmLatency = 3000, sides } = topology;
  const LoadBalancer = getAtt(LOAD_BALANCER, 'LoadBalancerFullName');
  const metric = (name: string, stat: string, more: Record<string, Intrinsic> = {}): Metric => ({
    ...{ namespace: 'AWS/ApplicationELB', name, stat, dimensions: { LoadBalancer, ...more } },
  });
  const TargetGroup = getAtt(INSTANCE_TARGETS, 'TargetGroupFullName');
  return {
    RequestsFail: sum(
      topology,
      [metric('HTTPCode_Target_5XX_Count', 'Sum'), metric('HTTPCode_ELB_5XX_Count', 'Sum')],
      {
        ...{ description: 'Requests that end with a status of 500 or more', above: 0, period: FIVE_MINUTES },
      },
    ),
    RequestsSlow: sum(topology, [metric('TargetResponseTime', 'p99')], {
      ...{
        description: 'Seconds that 99 of 100 requests take',
        above: alarmLatency / 1000,
        period: FIVE_MINUTES,
      },
    }),
    ...(sides.server
      ? {
          UnhealthyInstances: sum(topology, [metric('UnHealthyHostCount', 'Maximum', { TargetGroup })], {
            ...{
              description: 'Instances that fail their health checks',
              above: 0,
              period: MINUTE,
              periods: 5,
            },
          }),
        }
      : {}),
  };
}

function queueAlarms(topology: Topology, { names, queues }: Wiring): Record<string, TemplateResource> {
  const { service, alarmQueueAge = 3600 } = topology;
  const entries = [...queues.keys()]
    .filter((handler) => hasMadeQueue(service, handler))
    .flatMap((handler) => {
      const name = names.get(handler)!;
      return [
        [
          `${name}QueueOld`,
          sum(topology, [queueMetric(`${name}Queue`, 'ApproximateAgeOfOldestMessage')], {
            ...{
              description: `Seconds that the oldest message of ${handler} waits`,
              above: alarmQueueAge,
              period: FIVE_MINUTES,
            },
          }),
        ],
        [
          `${name}DeadLettersFound`,
          sum(topology, [queueMetric(`${name}DeadLetters`, 'ApproximateNumberOfMessagesVisible')], {
            ...{ description: `Messages that ${handler} could not work off`, above: 0, period: MINUTE },
          }),
        ],
      ] as const;
    });
  return Object.fromEntries(entries);
}

const lambdaMetric = (name: string, metric: string, stat: string): Metric => ({
  ...{ namespace: 'AWS/Lambda', name: metric, stat, dimensions: { FunctionName: ref(`${name}Function`) } },
});

const queueMetric = (queue: string, name: string): Metric => ({
  ...{ namespace: 'AWS/SQS', name, stat: 'Maximum', dimensions: { QueueName: getAtt(queue, 'QueueName') } },
});

function sum(topology: Topology, metrics: readonly Metric[], parts: AlarmParts): TemplateResource {
  return alarm(topology, metrics, (ids) => `SUM([${ids.map((id) => `FILL(${id},0)`).join(',')}])`, parts);
}

/** Where there is no metric, nothing has happened. */
function alarm(
  { service, alarmTopicArn }: Topology,
  metrics: readonly Metric[],
  expression: (ids: string[]) => string,
  { description, above, period, periods = 1 }: AlarmParts,
): TemplateResource {
  const ids = metrics.map((_, index) => `m${index}`);
  return resource('AWS::CloudWatch::Alarm', {
    AlarmDescription: `${service.name}: ${description}`,
    AlarmActions: [alarmTopicArn!],
    OKActions: [alarmTopicArn!],
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: above,
    EvaluationPeriods: periods,
    TreatMissingData: 'notBreaching',
    Metrics: [
      { Id: 'value', Expression: expression(ids), Label: description, ReturnData: true },
      ...metrics.map(({ namespace, name, dimensions, stat }, index) => ({
        Id: ids[index]!,
        ReturnData: false,
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: name,
            Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          },
          Period: period,
          Stat: stat,
        },
      })),
    ],
  });
}
