import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { HttpServerOptions } from './options.ts';

/** Whether others may add hooks and routes to Fastify: the service, or a tool by Fastify's channel. */
export function mayHavePlugins({ configure }: HttpServerOptions): boolean {
  return configure !== undefined || channel('fastify.initialization').hasSubscribers;
}

/** Whether a tool traces Fastify's handlers. */
export function isTraced(): boolean {
  return tracingChannel('fastify.request.handler').hasSubscribers;
}
