import type { FastifyRequest } from 'fastify';
import type { InvokeApiAccess } from '../options.ts';

/** Headers that a proxy or a browser adds: then the socket's address is not the caller's, or not its will. */
const SECOND_HAND = ['x-forwarded-for', 'forwarded', 'via', 'origin', 'sec-fetch-site'];

/** Whether this caller may invoke functions; the socket's address counts, never a forwarded one. */
export function mayInvoke(request: FastifyRequest, access: InvokeApiAccess): boolean {
  if (access === 'all') return true;
  if (access === 'off') return false;
  const { headers, socket } = request.raw;
  return isLoopback(socket.remoteAddress) && !SECOND_HAND.some((name) => headers[name] !== undefined);
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const bare = address.startsWith('::ffff:') ? address.slice(7) : address;
  return bare === '::1' || bare.startsWith('127.');
}
