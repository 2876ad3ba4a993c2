export { Context, type ContextInit } from './context.ts';
export * from './errors.ts';
export type { EventHandler, EventSource, EventTrigger } from './event-source.ts';
export { addHeader, joinHeaders, parseCookies } from './headers.ts';
export { LIVENESS_PATH, READINESS_PATH } from './health.ts';
export { listenError } from './listen.ts';
export * from './logger.ts';
export {
  createRegistry,
  Registry,
  type RegistryOptions,
  type RouteOptions,
} from './registry.ts';
export { discardBody, type HeaderValue, Reply, type ReplyInit, reply, toRawResponse } from './reply.ts';
export { collect } from './request.ts';
export type { RouteSchema, StandardSchema, ValidOf } from './schema.ts';
export { type CompiledFunction, type CompiledRoute, failed, Service, type Target } from './service.ts';
export { REASON_PHRASES } from './status.ts';
export * from './types.ts';
