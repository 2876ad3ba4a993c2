// Three quarters of all code. The build keeps a `*.deferred` module out of the bundle that Lambda starts load.
import proxyAddr from '@fastify/proxy-addr';

export { default as Fastify } from 'fastify';
/** Fastify's own: it finds the client behind proxies. */
export { proxyAddr };
export type ProxyAddr = typeof proxyAddr;
