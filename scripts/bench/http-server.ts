/** A server in a process of its own, which says where it listens. */
import type { ChildProcess } from 'node:child_process';
import { end, firstLine, start } from './children.ts';
import { buildHttpPeer, buildHttpService } from './executables.ts';
import type { RunOptions } from './types.ts';

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

export interface Server {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

const PEERS = { fastify: 'bare Fastify', hono: 'Hono', node: 'node:http' } as const;

/** `app httpServer` first, then the peers. */
export async function httpServers(
  peers: readonly (keyof typeof PEERS)[],
  options: RunOptions,
): Promise<Server[]> {
  const args = ['httpServer', '--port', '0', '--host', '127.0.0.1'];
  const servers: Server[] = [{ name: 'amphi httpServer', file: await buildHttpService(options), args }];
  for (const peer of peers)
    servers.push({ name: PEERS[peer], file: await buildHttpPeer(peer, options), args: [] });
  return servers;
}

export async function serving<T>(
  { file, args }: Server,
  use: (url: string, child: ChildProcess) => Promise<T>,
): Promise<T> {
  const child = start(file, args, { stdout: 'pipe', core: SERVER_CORE });
  try {
    return await use(await firstLine(child, urlIn), child);
  } finally {
    await end(child);
  }
}

/** From the JSON log line `{"message":"listening","url":...}`. */
export function urlIn(line: string): string | undefined {
  try {
    const { message, url } = JSON.parse(line) as { message?: unknown; url?: unknown };
    return message === 'listening' && typeof url === 'string' ? url : undefined;
  } catch {
    return undefined;
  }
}
