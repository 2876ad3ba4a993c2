import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Awaitable, Context, Logger, Metrics, Service } from '../../core/index.ts';
import { DEFAULT_DRAIN_SECONDS } from '../../server/defaults.ts';
import type { Member } from '../../server/processes/member.ts';

/** A function or the routes as Lambda would call them: event in, JSON value out. */
export type Invokable = (event: unknown, context: Context) => Awaitable<unknown>;

/** Who may call functions by the Invoke API. */
export type InvokeApiAccess = 'loopback' | 'token' | 'all' | 'off';

/** A server that others accept connections for. */
export interface Accepting {
  /** @param socket nothing of it has been read */
  take(socket: Socket): void;
  /** Closes the connections on which no request is under way. */
  closeIdle(): void;
}

export interface HttpServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** CIDRs of the proxies whose `X-Forwarded-*` count; default none. */
  readonly trustProxy?: readonly string[];
  /** Largest request body, bytes; default Lambda's 6 MB. A route's own `bodyLimit` goes before it. */
  readonly bodyLimit?: number;
  /** How long running requests may take to end once `close` is called, ms; default 25 000. */
  readonly drainTimeoutMs?: number;
  /** How long readiness fails before the listener closes, ms; default 0. */
  readonly drainDelayMs?: number;
  /** How long a handler may take, ms; default any time. */
  readonly requestTimeoutMs?: number;
  /** How long a connection may be idle, ms: longer than a load balancer in front waits. Default 75 000. */
  readonly keepAliveTimeoutMs?: number;
  /** PEM files; serves HTTPS with them. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** Serves HTTP/2 beside HTTP/1.1, as the client asks for by ALPN; needs `tls`. Default false. */
  readonly http2?: boolean | undefined;
  readonly logger: Logger;
  /** Takes what handlers measure by `context.metric`. */
  readonly metrics?: Metrics;
  /** Serves metrics of the process, the requests and the handlers for Prometheus at this path; default nowhere. */
  readonly metricsPath?: string;
  /** Default `loopback`. */
  readonly invokeApi?: InvokeApiAccess;
  /**
   * With `invokeApi: 'token'`: who sends it as `Authorization: Bearer TOKEN`, or as the access key id of a signed
   * request (`AWS_ACCESS_KEY_ID`), may invoke. At least 16 letters, digits, `-` or `_`.
   */
  readonly invokeToken?: string;
  /** Connections at the same time; more are closed at once. Default 16 384. */
  readonly maxConnections?: number;
  /** Connections come by this in place of a listener, and are served as if they had been accepted on `port`. */
  readonly accept?: (server: Accepting) => void;
  /** This process as one of several that share the port. */
  readonly member?: Member | undefined;
  /** Finds what the Invoke API calls, `http` included. Injected, for adapters do not know each other. */
  readonly resolveFunction: (service: Service, name: string) => Invokable | undefined;
  /**
   * Called before the routes are there: a service adds its Fastify plugins and hooks.
   * Bodies are read by the handler itself, so Fastify's content type parsers never run.
   */
  readonly configure?: (fastify: FastifyInstance) => Awaitable<void>;
}

export const DEFAULT_DRAIN_TIMEOUT_MS = DEFAULT_DRAIN_SECONDS * 1000;
