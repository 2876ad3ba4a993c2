/** Defaults of the HTTP server that its configuration elsewhere, such as supervisord's, has to agree with. */

export const DEFAULT_PORT = 9999;

/** Seconds that a connection may be idle: above a load balancer's 60, which must be the one that closes. */
export const DEFAULT_KEEP_ALIVE_SECONDS = 75;

/** Seconds within which requests in flight have to end once the server stops. */
export const DEFAULT_DRAIN_SECONDS = 25;

/** Port on the loopback address where a worker tells of its readiness. */
export const DEFAULT_HEALTH_PORT = 9998;
