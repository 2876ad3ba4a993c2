import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { connectSiblings } from '../../aws/siblings.ts';
import type { Logger, Service } from '../../core/index.ts';
import { watchDescriptors } from '../../server/descriptors.ts';
import { endedBySignal, startedWith, WithLifecycle } from '../../server/lifecycle.ts';
import { listenError } from '../../server/listen.ts';
import type { Member } from '../../server/processes/member.ts';
import type { Listening } from '../../server/processes/protocol.ts';
import { Signals } from '../../server/signals.ts';
import { Connections } from './connections.ts';
import { takeDirectly } from './direct.ts';
import { Drain } from './drain.ts';
import type { HttpServerOptions } from './options.ts';
import type { RequestHandler } from './request-handler.ts';
import { buildServer } from './server.ts';
import { watchReaders } from './slow-clients.ts';
import { reloadCertificate } from './tls.ts';

/**
 * Connections that wait to be accepted. With the 511 of Node.js a burst of a thousand loses some, which their clients try
 * again after a second. The kernel takes no more than `net.core.somaxconn`.
 */
const BACKLOG = 4096;

/** After an error that nobody caught: time for the requests in flight to end, ms. */
const STRAY_GRACE_MS = 5_000;

export interface RunningServer {
  /** Where a client on this machine reaches it, e.g. `http://127.0.0.1:9999`. */
  readonly url: string;
  readonly port: number;
  /** Drains: readiness fails, the listener closes, running requests end or are aborted in the end. */
  close(): Promise<void>;
}

/**
 * A server that does not listen, for `inject` and supertest. Its `close` runs the hooks of `onStop`.
 * @throws StartError for a hook of `onStart` that fails, ConfigError for bad options
 * @example
 * ```ts
 * import { createLogger, createRegistry } from 'amphi';
 * import { createHttpServer } from 'amphi/http';
 * import { resolveFunction } from 'amphi/lambda';
 *
 * const registry = createRegistry({ name: 'shop' });
 * registry.get('/', () => 'open');
 * const logger = createLogger({ write: (line) => process.stderr.write(line) });
 * const options = { port: 0, host: '127.0.0.1', logger, resolveFunction };
 *
 * const fastify = await createHttpServer(registry.freeze(), options);
 * const { statusCode, body } = await fastify.inject('/');
 * console.log(statusCode, body); // 200 open
 * await fastify.close();
 * ```
 */
export async function createHttpServer(
  service: Service,
  options: HttpServerOptions,
): Promise<FastifyInstance> {
  const { fastify } = await buildServer(service, options);
  const { logger } = options;
  await startedWith(service, logger, undefined, async () => void (await fastify.ready()));
  return stoppedWith(fastify, service, logger);
}

/**
 * @throws ConfigError when it cannot listen, naming host and port, and for bad options; StartError for a hook of
 * `onStart` that fails
 * @example
 * ```ts
 * import { createLogger, createRegistry } from 'amphi';
 * import { startHttpServer } from 'amphi/http';
 * import { resolveFunction } from 'amphi/lambda';
 *
 * const registry = createRegistry({ name: 'shop' });
 * registry.get('/', () => 'open');
 * const logger = createLogger({ write: (line) => process.stderr.write(line) });
 * const options = { port: 0, host: '127.0.0.1', logger, resolveFunction };
 *
 * const server = await startHttpServer(registry.freeze(), options);
 * console.log(await (await fetch(server.url)).text()); // open
 * await server.close();
 * ```
 */
export async function startHttpServer(service: Service, options: HttpServerOptions): Promise<RunningServer> {
  const { url, port, drain } = await start(service, options);
  return { url, port, close: async () => void (await drain.close()) };
}

/**
 * Serves until SIGTERM, SIGINT, SIGQUIT or SIGHUP, then drains; a second signal ends the drain at once. With TLS, SIGHUP
 * reads the certificate files again instead.
 * @returns the exit code: 0, or 1 when requests had to be aborted
 * @throws as `startHttpServer`
 * @example
 * ```ts
 * import { createLogger, createRegistry } from 'amphi';
 * import { runHttpServer } from 'amphi/http';
 * import { resolveFunction } from 'amphi/lambda';
 *
 * const registry = createRegistry({ name: 'shop' });
 * registry.get('/', () => 'open');
 * const logger = createLogger({ write: (line) => process.stderr.write(line) });
 * const options = { port: 0, host: '127.0.0.1', logger, resolveFunction };
 *
 * setTimeout(() => process.kill(process.pid, 'SIGTERM'), 200);
 * console.log(await runHttpServer(registry.freeze(), options)); // 0
 * ```
 */
export async function runHttpServer(service: Service, options: HttpServerOptions): Promise<number> {
  const { logger } = options;
  // Before the server listens: who reads that it does may stop it at once.
  const { member } = options;
  const signals = new Signals(logger, member);
  try {
    const server = await start(service, options, signals.starting);
    const { url, port, drain } = server;
    signals.onReload(server.reloadTls);
    signals.onStrayError(() => drain.close(STRAY_GRACE_MS));
    const about = { url, host: options.host, port, service: service.name, version: service.version };
    if (member) void tellParent(member, server, about, logger);
    else logger.info('listening', about);
    const clean = await signals.untilStopped(drain);
    await member?.leave();
    logger.info('stopped', { clean });
    return clean ? 0 : 1;
  } catch (error) {
    if (!endedBySignal(error, signals.starting)) throw error;
    logger.info('stopped', { clean: true, before: 'it was ready' });
    return 0;
  } finally {
    signals.release();
  }
}

/** How often the readiness probes of a new process are asked, ms. */
const ASK_MS = 200;

/** The parent tells for all that they listen. */
async function tellParent(
  member: Member,
  { port, handler }: { readonly port: number; readonly handler: RequestHandler },
  about: Listening,
  logger: Logger,
): Promise<void> {
  logger.info('process listens', { pid: process.pid });
  member.listens(port, about);
  while ((await handler.readiness.status()) !== 'ready') await sleep(ASK_MS);
  member.ready();
}

/** The hooks run after those of plugins, as the server's drain has it. */
function stoppedWith(fastify: FastifyInstance, service: Service, logger: Logger): FastifyInstance {
  const close = fastify.close.bind(fastify);
  let closed: Promise<unknown> | undefined;
  const both = async () => {
    await close();
    await service.lifecycle.stop({ logger });
  };
  fastify.close = (() => (closed ??= both())) as typeof fastify.close;
  return fastify;
}

async function start(service: Service, options: HttpServerOptions, signal?: AbortSignal) {
  connectSiblings(service, process.env);
  const { fastify, handler } = await buildServer(service, options);
  return startedWith(service, options.logger, signal, () => listen(service, options, fastify, handler));
}

async function listen(
  service: Service,
  options: HttpServerOptions,
  fastify: FastifyInstance,
  handler: RequestHandler,
) {
  const connections = new Connections(fastify.server, options.tls !== undefined);
  const drain = new WithLifecycle(service, options.logger, new Drain(fastify, handler, connections));
  const stopWatching = watchReaders(connections);
  fastify.addHook('onClose', async () => stopWatching());
  watchDescriptors(fastify.server, options.logger);
  // Fastify would open a second listener for `localhost`, which no drain could wait for.
  const host = options.host === 'localhost' ? '127.0.0.1' : options.host;
  await fastify.ready();
  await takeDirectly(fastify, handler);
  const port = await accept(fastify, host, options, connections);
  const reloadTls = options.tls && (() => reloadCertificate(fastify.server, options));
  return { url: urlOf(host, port, options.tls !== undefined), port, drain, reloadTls, handler };
}

/** @returns the port */
async function accept(
  fastify: FastifyInstance,
  host: string,
  options: HttpServerOptions,
  connections: Connections,
): Promise<number> {
  const { server } = fastify;
  if (options.accept) {
    options.accept({
      take: (socket) => void server.emit('connection', socket),
      // Node.js keeps no list of them without a listener.
      closeIdle: () => void connections.closeIdle(),
    });
    return options.port;
  }
  try {
    await fastify.listen({ port: options.member?.port ?? options.port, host, backlog: BACKLOG });
  } catch (error) {
    await fastify.close();
    throw listenError(error as NodeJS.ErrnoException, options.host, options.port);
  }
  return (server.address() as AddressInfo).port;
}

function urlOf(host: string, port: number, secure: boolean): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${secure ? 'https' : 'http'}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
