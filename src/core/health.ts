/** Answers 200 while the process runs; no registry route can shadow it. */
export const LIVENESS_PATH = '/_amphi/health/live';
/** Answers 200 until the drain begins, then 503: what a load balancer should ask. */
export const READINESS_PATH = '/_amphi/health/ready';
