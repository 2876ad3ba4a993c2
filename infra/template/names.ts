/** Logical names that several parts of a template use. */

/** The group of instances; the instances signal to it by this name. */
export const AUTO_SCALING_GROUP = 'AutoScalingGroup';

/** Parameter with the name of the root device: only a mapping of its very name encrypts the root volume. */
export const ROOT_DEVICE = 'RootDevice';

/** Log group of the server on the instances. */
export const SERVER_LOGS = 'ServerLogs';

/** Name of the hook by which the group waits for the end of work. */
export const DRAIN_HOOK = 'drain';

export const LOAD_BALANCER = 'LoadBalancer';
/** The last rule, with the weights where there are two sides to share; the listener's default only answers that there is no such rule. */
export const TRAFFIC_RULE = 'TrafficRule';
export const INSTANCE_TARGETS = 'InstanceTargets';
export const LAMBDA_TARGETS = 'LambdaTargets';
/** Lambda function of the routes. */
export const HTTP_FUNCTION = 'HttpFunction';
