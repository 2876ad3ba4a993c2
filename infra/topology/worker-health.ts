/** Where the worker tells that it polls: its own defaults. */
export const WORKER_HEALTH_PORT = 9998;
export const WORKER_READY_PATH = '/_amphi/health/ready';
