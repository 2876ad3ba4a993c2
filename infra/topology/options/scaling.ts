import { AUTO_SCALING_INSTANCES, EBS_VOLUME_GIB } from '../../../src/aws/quotas.ts';
import { INSTANCE_TYPE } from '../forms.ts';
import type { Table } from '../rows.ts';

/** Which instances there are, and how many. */
export const SCALING = {
  instanceType: {
    kind: 'text',
    form: INSTANCE_TYPE,
    side: 'instances',
    absent: 't3.small',
    parameter: 'InstanceType',
    help: 'An x86_64 instance type',
  },
  volumeSize: {
    kind: 'whole',
    min: 1,
    max: EBS_VOLUME_GIB,
    side: 'instances',
    absent: '8',
    parameter: 'RootVolumeSize',
    help: 'GiB of the encrypted root volume; no less than the image has',
  },
  minSize: {
    kind: 'whole',
    min: 0,
    max: AUTO_SCALING_INSTANCES,
    side: 'instances',
    absent: '1',
    parameter: 'MinSize',
    help: 'Instances to start with, and the least; 0 where the worker runs alone',
  },
  maxSize: {
    kind: 'whole',
    min: 1,
    max: AUTO_SCALING_INSTANCES,
    side: 'instances',
    absent: '2',
    parameter: 'MaxSize',
    help: 'The most instances; a rolling update needs one more than it keeps in service',
  },
  scaleOnCpu: {
    kind: 'whole',
    min: 1,
    max: 100,
    side: 'instances',
    help: 'Average percentage of CPU that the group is scaled to',
  },
  scaleOnRequests: {
    kind: 'whole',
    min: 1,
    max: 1_000_000,
    side: 'server',
    needs: ['alb'],
    help: 'Requests per instance and minute that the group is scaled to',
  },
  scaleOnBacklog: {
    kind: 'whole',
    min: 1,
    max: 1_000_000,
    side: 'worker',
    help: 'Messages that wait per instance, in all queues together, that the group is scaled to',
  },
} as const satisfies Table;
