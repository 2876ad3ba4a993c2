/** One CloudWatch dashboard of both sides. */

import { joinParts } from '../instance/user-data/template.ts';
import { type Argument, getAtt, ref, resource } from '../intrinsics.ts';
import { AUTO_SCALING_GROUP } from '../template/names.ts';
import { hasInstances } from '../topology/sides.ts';
import type { TemplateGroup, Topology } from '../topology/types.ts';
import type { Wiring } from '../wiring/index.ts';
import { deepJsonParts } from '../wiring/json-parts.ts';
import { hasMadeQueue } from '../wiring/queues.ts';
import { INSTANCE_TARGETS, LOAD_BALANCER } from './names.ts';

/** CloudWatch's grid is 24 wide. */
const [WIDTH, HEIGHT, COLUMNS] = [12, 6, 2];
/** More lines than these nobody can tell apart, and a body has a limit of size. */
const MOST_LINES = 100;

type Line = readonly (Argument | { readonly label: string })[];

interface Chart {
  readonly title: string;
  readonly stat: string;
  readonly lines: readonly Line[];
}

export function dashboardGroup(topology: Topology, wiring: Wiring): TemplateGroup {
  if (!topology.dashboard) return {};
  const charts = [
    ...functionCharts(wiring),
    ...balancerCharts(topology),
    ...instanceCharts(topology),
    ...queueCharts(topology, wiring),
  ];
  const widgets = charts
    .filter(({ lines }) => lines.length > 0)
    .map((chart, index) => ({
      type: 'metric',
      x: (index % COLUMNS) * WIDTH,
      y: Math.floor(index / COLUMNS) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      properties: {
        title: chart.title,
        stat: chart.stat,
        period: 60,
        region: ref('AWS::Region'),
        metrics: chart.lines.slice(0, MOST_LINES),
      },
    }));
  return {
    Resources: {
      Dashboard: resource('AWS::CloudWatch::Dashboard', {
        DashboardBody: joinParts(deepJsonParts({ widgets })),
      }),
    },
    Outputs: { DashboardName: { Description: 'CloudWatch dashboard', Value: ref('Dashboard') } },
  };
}

function functionCharts({ functions, names }: Wiring): Chart[] {
  const lines = (metric: string): Line[] =>
    [...functions.keys()].map((handler) => [
      'AWS/Lambda',
      metric,
      'FunctionName',
      ref(`${names.get(handler)}Function`),
      { label: handler },
    ]);
  return [
    { title: 'Lambda: invocations', stat: 'Sum', lines: lines('Invocations') },
    { title: 'Lambda: errors', stat: 'Sum', lines: lines('Errors') },
    { title: 'Lambda: duration, 99 of 100, ms', stat: 'p99', lines: lines('Duration') },
    { title: 'Lambda: throttles', stat: 'Sum', lines: lines('Throttles') },
  ];
}

function balancerCharts(topology: Topology): Chart[] {
  if (topology.alb === undefined) return [];
  const balancer = ['LoadBalancer', getAtt(LOAD_BALANCER, 'LoadBalancerFullName')] as const;
  const line = (metric: string): Line => ['AWS/ApplicationELB', metric, ...balancer];
  return [
    {
      title: 'Load balancer: requests',
      stat: 'Sum',
      lines: [line('RequestCount'), line('HTTPCode_Target_5XX_Count'), line('HTTPCode_ELB_5XX_Count')],
    },
    { title: 'Load balancer: response time, 99 of 100, s', stat: 'p99', lines: [line('TargetResponseTime')] },
    ...(topology.sides.server
      ? [
          {
            title: 'Instances: healthy and unhealthy',
            stat: 'Average',
            lines: ['HealthyHostCount', 'UnHealthyHostCount'].map(
              (metric): Line => [
                ...['AWS/ApplicationELB', metric, 'TargetGroup'],
                getAtt(INSTANCE_TARGETS, 'TargetGroupFullName'),
                ...balancer,
              ],
            ),
          },
        ]
      : []),
  ];
}

function instanceCharts({ sides }: Topology): Chart[] {
  if (!hasInstances(sides)) return [];
  const group = ['AutoScalingGroupName', ref(AUTO_SCALING_GROUP)] as const;
  return [
    { title: 'Instances: CPU, percent', stat: 'Average', lines: [['AWS/EC2', 'CPUUtilization', ...group]] },
  ];
}

function queueCharts({ service }: Topology, { queues, names }: Wiring): Chart[] {
  const made = [...queues.keys()].filter((handler) => hasMadeQueue(service, handler));
  const lines = (part: string, metric: string): Line[] =>
    made.map((handler) => [
      'AWS/SQS',
      metric,
      'QueueName',
      getAtt(`${names.get(handler)}${part}`, 'QueueName'),
      { label: handler },
    ]);
  return [
    {
      title: 'Queues: messages that wait',
      stat: 'Maximum',
      lines: lines('Queue', 'ApproximateNumberOfMessagesVisible'),
    },
    {
      title: 'Queues: age of the oldest message, s',
      stat: 'Maximum',
      lines: lines('Queue', 'ApproximateAgeOfOldestMessage'),
    },
    {
      title: 'Queues: dead letters',
      stat: 'Maximum',
      lines: lines('DeadLetters', 'ApproximateNumberOfMessagesVisible'),
    },
  ];
}
