import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Target } from '../../core/index.ts';
import { trustedProxies } from '../../server/proxies.ts';
import { DirectRequest, Proxies } from './client.ts';
import { DirectReply, type OnFailed } from './direct-reply.ts';
import { keepAliveOf } from './head.ts';
import type { RequestHandler } from './request-handler.ts';

/** Targets that are the core's alone: not those of the server's own routes, in whatever spelling. */
const CORE_ONLY = /^\/(?!_amphi\/|2015-03-31\/)[^%#]*$/;

type Targets = ReadonlyMap<string, ReadonlyMap<string, Target>>;

/**
 * Where no plugin looks at requests, Fastify's own request, reply and routes would only be on the way to the core's: a
 * tenth of a small request. Such requests go past them; all others, and those of HTTP/2, go by Fastify as ever.
 * @param isPlain whether a route's path is matched letter for letter
 */
export async function takeDirectly(
  fastify: FastifyInstance,
  handler: RequestHandler,
  isPlain: (path: string) => boolean,
): Promise<void> {
  const { configure, metricsPath, trustProxy } = handler.options;
  if (configure || metricsPath !== undefined || isWatched()) return;
  const { proxyAddr } = await import('./fastify.deferred.ts');
  const proxies = new Proxies(proxyAddr, trustedProxies(trustProxy));
  const targets = plainTargets(handler, isPlain);
  const keepAlive = keepAliveOf(fastify.server.keepAliveTimeout);
  const failed: OnFailed = (error, reply) => handler.fail(error, reply.request, reply);
  fastify.server.removeAllListeners('request');
  fastify.server.on('request', (raw: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/' } = raw;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const target = targets.get(method)?.get(path);
    if (raw.httpVersionMajor !== 1 || (target === undefined && !CORE_ONLY.test(path)))
      return fastify.routing(raw, response);
    const request = new DirectRequest(raw, proxies);
    handler.direct(request, new DirectReply(response, request, keepAlive, failed), target);
  });
}

/** Whether a tool that traces Fastify, by its channels, has been loaded. */
function isWatched(): boolean {
  return (
    channel('fastify.initialization').hasSubscribers ||
    tracingChannel('fastify.request.handler').hasSubscribers
  );
}

function plainTargets({ service }: RequestHandler, isPlain: (path: string) => boolean): Targets {
  const targets = new Map<string, Map<string, Target>>();
  for (const { method, path } of service.routes) {
    if (!isPlain(path)) continue;
    const target = service.resolve(method, path);
    targets.set(method, (targets.get(method) ?? new Map()).set(path, target));
  }
  return targets;
}
