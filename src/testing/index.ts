/** The package `amphi/testing`: a service's handlers in its own tests, through every way in. */
export { type EventName, event } from './event.ts';
export { HTTP_SOURCES, type HttpSourceName } from './http-sources.ts';
export { type InjectOptions, inject } from './inject.ts';
export { type InvokeFunctionOptions, invokeFunction } from './invoke-function.ts';
