export { HEALTH_PATHS } from './health.ts';
export type { HttpServerOptions, Invokable, InvokeApiAccess } from './options.ts';
export { createHttpServer, type RunningServer, runHttpServer, startHttpServer } from './run.ts';
