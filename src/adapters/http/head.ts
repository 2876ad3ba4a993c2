import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { RawResponse } from '../../core/index.ts';

/** What Node.js keeps of a response, of the version whose sources were read. */
type Inside = ServerResponse & { _header: string | null };

/**
 * `writeHead` of Node.js looks at each header again, which the core has done, and for what a plain reply never has: a
 * twentieth of a small request. Its text may be set instead, where nothing depends on what else `writeHead` finds out.
 */
const KNOWN = process.versions.node.startsWith('24.');

/** Without a body Node.js would have to be told that there is none. */
const BODILESS = new Set([204, 304]);

/**
 * Sets the head of a reply with a whole body; `end` sends it.
 * @param length of the body, bytes
 * @returns false where `writeHead` is needed
 */
export function setHead(
  response: ServerResponse,
  reply: RawResponse,
  length: number,
  keepAlive: string,
): boolean {
  const { req, shouldKeepAlive } = response;
  if (!KNOWN || !shouldKeepAlive || req.httpVersionMinor !== 1 || req.method === 'HEAD') return false;
  const { status, headers, cookies } = reply;
  if (BODILESS.has(status) || headers.date !== undefined || response.hasHeader('connection')) return false;
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  for (const cookie of cookies) head += `set-cookie: ${cookie}\r\n`;
  response.statusCode = status;
  (response as Inside)._header = `${head}content-length: ${length}\r\nDate: ${date()}\r\n${keepAlive}\r\n`;
  return true;
}

/** The headers by which Node.js tells that a connection stays open. @param ms `keepAliveTimeout` of the server */
export function keepAliveOf(ms: number): string {
  return `Connection: keep-alive\r\n${ms > 0 ? `Keep-Alive: timeout=${Math.floor(ms / 1000)}\r\n` : ''}`;
}

let second = 0;
let text = '';

function date(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    text = new Date(now * 1000).toUTCString();
  }
  return text;
}
