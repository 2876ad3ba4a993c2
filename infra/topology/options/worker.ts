import type { Table } from '../rows.ts';

/** Twelve hours: SQS hides no message for longer. */
const MAX_TASK_SECONDS = 43_200;

export const WORKER = {
  workerConcurrency: {
    kind: 'whole',
    min: 1,
    max: 1000,
    side: 'worker',
    absent: "the worker's own",
    help: 'Messages that the worker of an instance handles at the same time',
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
