/**
 * What AWS allows. Source: AWS Lambda Developer Guide, "Lambda quotas"; Elastic Load Balancing, "Lambda functions as
 * targets" (limits of request and response body).
 */

/** Payload of a synchronous invocation, bytes. */
export const REQUEST_LIMIT = 6 * 1024 * 1024;
/** Payload of an `Event` invocation, bytes. */
export const EVENT_REQUEST_LIMIT = 1024 * 1024;
/** A buffered response as the Runtime API takes it, bytes of JSON: a little over the quota of 6 MB. */
export const RESPONSE_LIMIT = 6_291_556;
/** A result that an HTTP gateway in front of Lambda takes, bytes of JSON. */
export const HTTP_RESULT_LIMIT = 6 * 1024 * 1024;
/** A result that a load balancer takes, bytes of JSON. */
export const ALB_RESULT_LIMIT = 1024 * 1024;
/** `LogType=Tail` gives the last bytes of the log, this many. */
export const LOG_TAIL_BYTES = 4096;
