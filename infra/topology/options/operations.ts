import { TOPIC } from '../forms.ts';
import type { Table } from '../rows.ts';

/** How a team sees what goes on. */
export const OPERATIONS = {
  alarmTopicArn: {
    kind: 'text',
    form: TOPIC,
    regional: true,
    help: 'SNS topic that is told of errors, throttles, latency, unhealthy instances, old and dead messages',
  },
  alarmLatency: {
    kind: 'whole',
    min: 1,
    max: 900_000,
    absent: '3000',
    needs: ['alarmTopicArn'],
    help: 'Milliseconds that 99 of 100 requests through the load balancer have to stay below',
  },
  alarmQueueAge: {
    kind: 'whole',
    min: 60,
    max: 1_209_600,
    absent: '3600',
    side: 'worker',
    needs: ['alarmTopicArn'],
    help: 'Seconds after which the oldest message of a queue is an alarm; more than the longest task takes',
  },
  dashboard: { kind: 'switch', help: 'CloudWatch dashboard of both sides' },
} as const satisfies Table;
