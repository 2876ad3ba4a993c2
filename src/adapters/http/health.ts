import type { FastifyInstance, FastifyReply } from 'fastify';
import { LIVENESS_PATH, READINESS_PATH } from '../../core/index.ts';
import { setLast } from './http2.ts';
import type { RequestHandler } from './request-handler.ts';

/** Health checks for load balancers. The service's own routes cannot take these paths. */
export const HEALTH_PATHS = { live: LIVENESS_PATH, ready: READINESS_PATH } as const;

export function addHealthRoutes(fastify: FastifyInstance, handler: RequestHandler): void {
  const answer = (reply: FastifyReply, ok: boolean, status: string) => {
    reply.code(ok ? 200 : 503).header('cache-control', 'no-store');
    if (handler.closing) setLast(reply.raw);
    reply.send({ status });
  };
  const method = ['GET', 'HEAD'];
  fastify.route({
    method,
    url: HEALTH_PATHS.live,
    handler: (_request, reply) => answer(reply, true, 'live'),
  });
  fastify.route({
    method,
    url: HEALTH_PATHS.ready,
    handler: async (_request, reply) => {
      const status = await handler.readiness.status();
      const now = handler.draining ? 'draining' : status;
      answer(reply, now === 'ready', now);
      return reply;
    },
  });
}
