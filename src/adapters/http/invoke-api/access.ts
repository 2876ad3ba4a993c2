import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { HttpServerOptions } from '../options.ts';

/** What a proxy or a browser adds: then the socket's address is not the caller's, or not its will. */
const SECOND_HAND =
  /^(?:x-forwarded-|x-real-|x-client-|x-original-|cf-|true-client-|sec-fetch-(?:site|dest|user)|fastly-)|^(?:forwarded|via|origin|client-ip|x-envoy-external-address|x-cluster-client-ip)$/;

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Whether this caller may invoke functions; the socket's address counts, never a forwarded one. */
export function mayInvoke(request: FastifyRequest, options: HttpServerOptions): boolean {
  const { invokeApi: access = 'loopback', invokeToken } = options;
  if (access === 'all') return true;
  if (access === 'off') return false;
  const { headers, socket } = request.raw;
  if (access === 'token') return hasToken(headers.authorization, invokeToken);
  if (
    !isLoopback(socket.remoteAddress) ||
    !LOOPBACK_HOST.test(String(headers[':authority'] ?? headers.host ?? ''))
  )
    return false;
  return !isSecondHand(request.raw);
}

/** Whether a proxy or a browser has sent it on. */
export function isSecondHand({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return Object.keys(headers).some((name) => SECOND_HAND.test(name));
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const bare = address.startsWith('::ffff:') ? address.slice(7) : address;
  return bare === '::1' || bare.startsWith('127.');
}

/** `Bearer TOKEN`, or the access key id of a signed request: so the AWS CLI and every SDK can send it. */
const TOKEN = /^(?:Bearer (\S+)|AWS4-HMAC-SHA256 Credential=([^/\s]+)\/.*)$/;

function hasToken(authorization: string | undefined, token: string | undefined): boolean {
  const match = TOKEN.exec(authorization ?? '');
  const given = match?.[1] ?? match?.[2];
  return token !== undefined && given !== undefined && timingSafeEqual(digest(given), digest(token));
}

/** Of one length for all, which the comparison needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
