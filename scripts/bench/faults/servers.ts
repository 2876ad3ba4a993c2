/** The two servers that a fault happens to. */
import type { ChildProcess } from 'node:child_process';
import { firstLine } from '../children.ts';
import { buildBenchService, buildFastify } from '../executables.ts';
import { interleave } from '../rounds.ts';
import type { RunOptions, Tally } from '../types.ts';
import type { Count } from './load.ts';

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

export interface Server {
  readonly name: string;
  readonly file: string;
  /** On loopback. */
  args(port: number, tls?: TlsFiles): string[];
  readonly env: Readonly<Record<string, string>>;
}

export async function bothServers(options: RunOptions): Promise<Server[]> {
  return [
    {
      name: 'amphi httpServer',
      file: await buildBenchService(options),
      args: (port, tls) => [
        ...['httpServer', '--host', '127.0.0.1', '--port', String(port)],
        ...(tls ? ['--tlsCert', tls.cert, '--tlsKey', tls.key] : []),
      ],
      env: {},
    },
    {
      name: 'bare Fastify',
      file: await buildFastify(options),
      args: (port, tls) => [String(port), ...(tls ? [tls.cert, tls.key] : [])],
      env: {},
    },
  ];
}

/** The URL in the first line that says so. */
export function listening(child: ChildProcess): Promise<string> {
  return firstLine(child, (line) => {
    const { message, url } = parsed(line);
    return message === 'listening' && typeof url === 'string' ? url : undefined;
  });
}

function parsed(line: string): { message?: unknown; url?: unknown } {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

/** Each server in turn, in interleaved rounds: the outcomes of each. */
export async function outcomesOf<T>(
  servers: readonly Server[],
  rounds: number,
  sample: (server: Server) => Promise<T>,
  lost: (outcome: T) => number,
  progress: RunOptions['progress'],
): Promise<T[][]> {
  const outcomes = servers.map((): T[] => []);
  const contenders = servers.map((server, index) => ({
    name: `lost by ${server.name}`,
    async sample() {
      const outcome = await sample(server);
      outcomes[index]!.push(outcome);
      return lost(outcome);
    },
  }));
  await interleave(contenders, rounds, 0, progress);
  return outcomes;
}

/** All rounds of one server together. */
export function tally(name: string, counts: readonly (Count & { readonly refused?: number })[]): Tally {
  const sum = (part: 'tried' | 'lost' | 'refused') =>
    counts.reduce((all, count) => all + (count[part] ?? 0), 0);
  return { name, tried: sum('tried'), lost: sum('lost'), refused: sum('refused') };
}
