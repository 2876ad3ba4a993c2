import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Target } from '../../core/index.ts';
import { trustedProxies } from '../../server/proxies.ts';
import { DirectRequest, Proxies } from './client.ts';
import { DirectReply, type OnFailed } from './direct-reply.ts';
import { keepAliveOf } from './head.ts';
import { isTraced, mayHavePlugins } from './plugins.ts';
import type { RequestHandler } from './request-handler.ts';
import { isPlain, RESERVED } from './server.ts';

type Targets = ReadonlyMap<string, ReadonlyMap<string, Target>>;

/**
 * Where no plugin looks at requests, Fastify's own request, reply and routes would only be on the way to the core's: a
 * tenth of a small request. Such requests go past them; all others, and those of HTTP/2, go by Fastify as ever.
 */
export async function takeDirectly(fastify: FastifyInstance, handler: RequestHandler): Promise<void> {
  const { metricsPath, trustProxy } = handler.options;
  if (mayHavePlugins(handler.options) || metricsPath !== undefined || isTraced()) return;
  const { proxyAddr } = await import('./fastify.deferred.ts');
  const proxies = new Proxies(proxyAddr, trustedProxies(trustProxy));
  const targets = plainTargets(handler);
  const keepAlive = keepAliveOf(fastify.server.keepAliveTimeout);
  const failed: OnFailed = (error, reply) => handler.fail(error, reply.request, reply);
  fastify.server.removeAllListeners('request');
  fastify.server.on('request', (raw: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/' } = raw;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const target = targets.get(method)?.get(path);
    if (raw.httpVersionMajor !== 1 || (target === undefined && !isCoreOnly(path)))
      return fastify.routing(raw, response);
    const request = new DirectRequest(raw, proxies);
    handler.direct(request, new DirectReply(response, request, keepAlive, failed), target);
  });
}

/** Whether a target is the core's alone, and not one of the server's own routes in whatever spelling. */
const isCoreOnly = (path: string): boolean => /^\/[^%#]*$/.test(path) && !RESERVED.test(path);

function plainTargets({ service }: RequestHandler): Targets {
  const targets = new Map<string, Map<string, Target>>();
  for (const { method, path } of service.routes) {
    if (!isPlain(path)) continue;
    const target = service.resolve(method, path);
    targets.set(method, (targets.get(method) ?? new Map()).set(path, target));
  }
  return targets;
}
