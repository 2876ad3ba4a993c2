/** The longest that a load balancer waits for a target that is deregistered, seconds. */
const MAX_DEREGISTRATION = 3600;
export const DEREGISTRATION_SPARE = 5;

/** The longest drain: deregistration has to outlast it. */
export const MAX_DRAIN = MAX_DEREGISTRATION - DEREGISTRATION_SPARE;
