export { boundOutput } from './bounded-output.ts';
export { Context, type ContextInit } from './context.ts';
export { failed } from './error-reply.ts';
export * from './errors.ts';
export type { EventHandler, EventSource, EventTrigger, QueueDelivery, QueueMessage } from './event-source.ts';
export type { FieldPart, FilePart, FormLimits, FormPart } from './form.ts';
export { Gathered } from './gathered.ts';
export * from './handlers.ts';
export { addHeader, joinHeaders, parseCookies } from './headers.ts';
export { LIVENESS_PATH, READINESS_PATH } from './health.ts';
export type { LifecycleHook, LifecycleOptions, LifecycleTools, ProbeEntry, ReadinessProbe } from './hooks.ts';
export { isAuthority } from './host.ts';
export { JsonError, toJsonText } from './json.ts';
export { Lifecycle } from './lifecycle.ts';
export { DEFAULT_BODY_LIMIT, FIRST_CHUNK_MS, MAX_TIMER_MS } from './limits.ts';
export * from './logger.ts';
export * from './messages.ts';
export * from './metrics.ts';
export type { FetchEnv, FetchHandler, MountOptions } from './mount.ts';
export type {
  EventOptions,
  FunctionOptions,
  HandlerOptions,
  LambdaSettings,
  Permission,
  RouteOptions,
} from './options.ts';
export { EVERY_HANDLER, type Placement, placementOf } from './placement.ts';
export { createRegistry, type RegisterRoute, Registry, type RegistryOptions } from './registry.ts';
export { discardBody, type HeaderValue, Reply, type ReplyInit, reply, toRawResponse } from './reply.ts';
export { collect, tooLarge } from './request.ts';
export { runFunction } from './run-function.ts';
export { placementRefusal, RUN_ON, type RunOn } from './run-on.ts';
export type { ResultOf, RouteSchema, StandardSchema, ValidOf } from './schema.ts';
export { type CompiledFunction, type CompiledRoute, Service, type Target } from './service.ts';
export { type Abortable, resultOf, type SiblingCall, Siblings, type SiblingTransport } from './siblings.ts';
export type { StateKey } from './state.ts';
export { REASON_PHRASES } from './status.ts';
export { bytesOf, isStream, toBytes } from './streams.ts';
export { isThenable } from './thenable.ts';
export * from './types.ts';
