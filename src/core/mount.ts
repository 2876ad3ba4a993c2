import type { RouteOptions } from './options.ts';
import type { Awaitable, InvocationContext } from './types.ts';

/** What a mounted fetch handler gets beside the Request: `c.env` of Hono. */
export interface FetchEnv {
  readonly context: InvocationContext;
  readonly clientIp: string;
  /** Of the prefix and, as `*`, what is below it. */
  readonly params: Readonly<Record<string, string>>;
}

/** A handler of native Requests, such as `app.fetch` of Hono or itty-router. */
export type FetchHandler = (request: Request, env: FetchEnv) => Awaitable<Response>;

/** As those of a route; the body streams, and its limit is 6 MB where `bodyLimit` says nothing. */
export interface MountOptions extends Omit<RouteOptions, 'schema' | 'formLimits'> {
  /** Whether the Request has the path as it came, for an app that knows its prefix. Default false. */
  readonly keepPrefix?: boolean;
}
