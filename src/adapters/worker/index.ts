export type { Counts } from './counts.ts';
export { COUNTS_PATH } from './health.ts';
export type { WorkerOptions } from './options.ts';
export { type RunningWorker, runWorker, startWorker } from './run.ts';
