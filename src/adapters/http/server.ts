import { METHODS, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { ConfigError, type Service } from '../../core/index.ts';
import { DEFAULT_KEEP_ALIVE_SECONDS } from '../../server/defaults.ts';
import { trustedProxies } from '../../server/proxies.ts';
import { expectContinue } from './body.ts';
import { answerClientError, errorHandler, refuseConnect } from './errors.ts';
import { addHealthRoutes } from './health.ts';
import { addInvokeApi } from './invoke-api/api.ts';
import type { HttpServerOptions } from './options.ts';
import { clientEnded } from './pending-reply.ts';
import { mayHavePlugins } from './plugins.ts';
import { Prometheus } from './prometheus.ts';
import { RequestHandler } from './request-handler.ts';
import { loadTls } from './tls.ts';

const HEADERS_TIMEOUT_MS = 80_000;

/**
 * Request line and headers together, bytes: as many as an Application Load Balancer takes, where Node's default is a
 * quarter. Source: Elastic Load Balancing, "Quotas for your Application Load Balancers", HTTP headers.
 */
const MAX_HEADER_BYTES = 64 * 1024;
/** No path is longer, so the core sees them all. */
const NO_PARAM_LIMIT = MAX_HEADER_BYTES;

const MAX_CONNECTIONS = 16_384;

/**
 * What one connection of HTTP/2 may ask for: streams at the same time, and headers of one as with HTTP/1.1. Beyond that
 * Node.js ends a session with 1,000 invalid frames, 100 refused streams, 10 MB, or streams that are opened and reset at
 * once: 1,000 and then 33 a second.
 */
const HTTP2 = {
  allowHTTP1: true,
  settings: { maxConcurrentStreams: 100, maxHeaderListSize: MAX_HEADER_BYTES, enablePush: false },
  maxHeaderListPairs: 2_000,
  streamResetBurst: 1_000,
  streamResetRate: 33,
};

export interface BuiltServer {
  readonly fastify: FastifyInstance;
  readonly handler: RequestHandler;
  readonly prometheus: Prometheus | undefined;
}

/**
 * Fastify with everything but a listener.
 * @throws ConfigError for a bad CIDR or a bad TLS file
 */
export async function buildServer(service: Service, given: HttpServerOptions): Promise<BuiltServer> {
  assertToken(given);
  if (given.http2 && !given.tls)
    throw new ConfigError('http2: it needs tls, for browsers and others speak it by TLS only');
  const { metricsPath, logger, metrics } = given;
  const prometheus =
    metricsPath === undefined ? undefined : await Prometheus.load(logger, metrics, given.member);
  const options = prometheus ? { ...given, metrics: prometheus } : given;
  const { Fastify } = await import('./fastify.deferred.ts');
  const handler = new RequestHandler(service, options);
  const fastify = Fastify(fastifyOptions(options, handler)) as unknown as FastifyInstance;
  // The handler reads bodies itself, so that every method and content type is treated alike.
  for (const method of METHODS) {
    if (method !== 'CONNECT') fastify.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  }
  fastify.server.on('checkContinue', (raw, response) => {
    expectContinue(raw);
    fastify.routing(raw, response);
  });
  fastify.server.on('connect', refuseConnect);
  letHalfClose(fastify.server);
  fastify.server.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  fastify.setErrorHandler(errorHandler(handler));
  if (options.configure) fastify.register(unencapsulated(options.configure));
  // After the plugins have loaded, or their onRoute hooks would not see the routes.
  fastify.register(
    unencapsulated((ready) => {
      prometheus?.addTo(ready, handler, metricsPath!);
      addRoutes(ready, handler);
    }),
  );
  return { fastify, handler, prometheus };
}

function assertToken({ invokeApi, invokeToken }: HttpServerOptions): void {
  if (invokeApi !== 'token' || /^[\w-]{16,128}$/.test(invokeToken ?? '')) return;
  throw new ConfigError(
    'invokeToken (AMPHI_INVOKE_TOKEN): the Invoke API by token needs one of 16 to 128 letters, digits, - or _',
  );
}

/** A client that has nothing more to send may still wait for its reply; Node.js would cut it. */
function letHalfClose(server: Server): void {
  (server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
  const event = server instanceof TlsServer ? 'secureConnection' : 'connection';
  server.on(event, (socket: Socket) => socket.on('end', clientEnded));
}

function fastifyOptions(options: HttpServerOptions, handler: RequestHandler): FastifyServerOptions {
  const plugins = mayHavePlugins(options);
  const http = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Nobody but a plugin would read what was not sent.
    optimizeEmptyRequests: !plugins,
  };
  const keepAliveTimeout = options.keepAliveTimeoutMs ?? DEFAULT_KEEP_ALIVE_SECONDS * 1000;
  const http2 = { ...HTTP2, keepAliveTimeout, requestTimeout: 0 };
  const https = options.tls && {
    ...http,
    ...(options.http2 && http2),
    ...loadTls(options.tls, options.logger),
  };
  const made = {
    ...(https ? { https } : { http }),
    ...(options.http2 && { http2: true, http2SessionTimeout: keepAliveTimeout }),
    logger: false,
    trustProxy: trustedProxies(options.trustProxy),
    keepAliveTimeout,
    requestTimeout: 0,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    // The drain closes them, when they are done.
    forceCloseConnections: false,
    routerOptions: { maxParamLength: NO_PARAM_LIMIT },
    ...(plugins ? {} : { schemaController: NO_SCHEMAS }),
    clientErrorHandler: answerClientError,
    frameworkErrors: (error: { code: string }, request: never, reply: never) => {
      // A path that Fastify cannot decode, the core cannot either: it answers with its own error.
      if (error.code === 'FST_ERR_BAD_URL') handler.handle(request, reply);
      else errorHandler(handler)(error, request, reply);
    },
  };
  return made as unknown as FastifyServerOptions;
}

const unused = () => {
  throw new Error('no route of ours has a schema of Fastify');
};

/** Fastify's compilers of schemas take a tenth of its start; only routes of plugins may have schemas. */
const NO_SCHEMAS = { compilersFactory: { buildValidator: unused, buildSerializer: unused } };

function addRoutes(fastify: FastifyInstance, handler: RequestHandler): void {
  addHealthRoutes(fastify, handler);
  if (handler.options.invokeApi !== 'off') addInvokeApi(fastify, handler);
  fastify.route({ method: fastify.supportedMethods, url: '/*', handler: handler.handle });
  for (const { method, path } of handler.service.routes) {
    if (!isPlain(path) || path === handler.options.metricsPath) continue;
    fastify.route({ method, url: path, handler: handler.handlerOf(handler.service.resolve(method, path)) });
  }
  // Targets that Fastify's router knows nothing of, such as `OPTIONS *`.
  fastify.setNotFoundHandler(handler.handle);
}

export const RESERVED = /^\/(_amphi|2015-03-31)\//;

/** Paths that both routers match alike, letter for letter: they are found faster than by the wildcard. */
export function isPlain(path: string): boolean {
  return /^[\w./~-]*$/.test(path) && !RESERVED.test(path);
}

/** Hooks that `configure` adds must apply to our routes, not only to a child of the root. */
function unencapsulated(configure: NonNullable<HttpServerOptions['configure']>) {
  const plugin = async (fastify: FastifyInstance): Promise<void> => configure(fastify);
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}
