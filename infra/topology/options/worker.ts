import type { Table } from '../rows.ts';

/** Twelve hours: SQS hides no message for longer. */
const MAX_TASK_SECONDS = 43_200;

export const WORKER = {
  workerConcurrency: {
    kind: 'whole',
    min: 1,
    max: 10_000,
    side: 'worker',
    absent: '10',
    help: 'Messages of one handler that an instance works on at the same time',
  },
  workerTimeout: {
    kind: 'whole',
    min: 1,
    max: MAX_TASK_SECONDS,
    side: 'worker',
    absent: 'any time',
    help: 'Seconds that a handler may take on instances',
  },
} as const satisfies Table;
