/** Curves of servers: many slow requests at once, and many connections that do nothing. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Server, serving } from '../http-server.ts';
import { residentOf } from '../resident.ts';
import { interleave } from '../rounds.ts';
import { SLOW_MS } from '../services/http/answers.ts';
import { BenchError, type Row, type RunOptions, type Series } from '../types.ts';
import { pointRows } from './point.ts';

const OPEN_AT_ONCE = 200;
/** Descriptors of a process beside its connections. */
const SPARE = 100;
const PROBES = 200;
const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const ANSWER_MS = 20_000;

interface Sample {
  readonly memoryMB: number;
  readonly timeMs: number;
}

interface ServerCurve {
  readonly curve: string;
  readonly axis: string;
  readonly time: string;
  readonly sizes: (quick: boolean) => readonly number[];
  readonly sample: (url: string, count: number, child: ChildProcess) => Promise<Sample>;
}

export const SERVER_CURVES: readonly ServerCurve[] = [
  {
    curve: 'slow requests',
    axis: 'at once',
    time: 'ms beyond the wait',
    sizes: () => [10, 100, 1000],
    sample: slowRequests,
  },
  {
    curve: 'idle connections',
    axis: 'open',
    time: 'ms/request beside them',
    sizes: (quick) => (quick ? [100, 1000] : [100, 1000, 10_000]),
    sample: idleConnections,
  },
];

export async function serverRows(
  { curve, axis, time, sizes, sample }: ServerCurve,
  servers: readonly Server[],
  { quick, progress }: RunOptions,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const x of sizes(quick)) {
    progress(`${curve}, ${x} ${axis}`);
    const memory = servers.map(({ name }): Series => ({ name, samples: [] }));
    const contenders = servers.map((server, at) => ({
      name: server.name,
      async sample() {
        const { memoryMB, timeMs } = await serving(server, (url, child) => sample(url, x, child));
        memory[at]!.samples.push(memoryMB);
        return timeMs;
      },
    }));
    const times = await interleave(contenders, quick ? 2 : 5, 0, progress);
    rows.push(...pointRows({ curve: `${curve}: time`, axis, x, unit: time }, times));
    rows.push(...pointRows({ curve: `${curve}: memory`, axis, x, unit: 'MB' }, memory));
  }
  return rows;
}

/** The memory is that while all wait; the time is that of a second wave, when all is compiled and all connections are open. */
async function slowRequests(url: string, count: number, child: ChildProcess): Promise<Sample> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: count });
  const wave = () => Promise.all(Array.from({ length: count }, () => ask(`${url}/slow`, agent)));
  try {
    const first = wave();
    await sleep(SLOW_MS / 2);
    const memoryMB = megabytes(child);
    await first;
    const begin = performance.now();
    await wave();
    return { memoryMB, timeMs: performance.now() - begin - SLOW_MS };
  } finally {
    agent.destroy();
  }
}

/** Each connection has had one answer; the time is that of requests one after the other on a further connection. */
async function idleConnections(url: string, count: number, child: ChildProcess): Promise<Sample> {
  const limit = descriptorLimit(readFileSync('/proc/self/limits', 'utf8'));
  if (limit < count + SPARE)
    throw new BenchError(
      `${count} connections need ${count + SPARE} descriptors, the limit is ${limit} (ulimit -Hn)`,
    );
  const sockets: Socket[] = [];
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  try {
    while (sockets.length < count) {
      const some = Math.min(OPEN_AT_ONCE, count - sockets.length);
      sockets.push(...(await Promise.all(Array.from({ length: some }, () => opened(url)))));
    }
    for (let n = 0; n < PROBES; n++) await ask(url, agent);
    const begin = performance.now();
    for (let n = 0; n < PROBES; n++) await ask(url, agent);
    const timeMs = (performance.now() - begin) / PROBES;
    const closed = sockets.filter(({ destroyed, readableEnded }) => destroyed || readableEnded).length;
    if (closed > 0) throw new BenchError(`${closed} of ${count} idle connections were closed`);
    return { memoryMB: megabytes(child), timeMs };
  } finally {
    agent.destroy();
    for (const socket of sockets) socket.destroy();
  }
}

/** The hard limit: Node.js raises its own to that. Source: proc(5), /proc/PID/limits. */
export function descriptorLimit(limits: string): number {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

function megabytes(child: ChildProcess): number {
  return residentOf(child.pid!).all;
}

function opened(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.once('error', reject);
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('no answer on a new connection')));
    socket.once('data', (piece) => {
      socket.setTimeout(0);
      socket.off('error', reject).on('error', () => {});
      if (piece.toString('latin1').startsWith('HTTP/1.1 200 ')) resolve(socket);
      else reject(new BenchError(`an answer began with ${piece.toString('latin1').slice(0, 60)}`));
    });
    socket.write(REQUEST);
  });
}

function ask(url: string, agent: http.Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, timeout: ANSWER_MS }, (response) => {
      if (response.statusCode !== 200) reject(new BenchError(`${url}: status ${response.statusCode}`));
      response.resume().once('end', resolve).once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error(`${url}: no answer`)));
    request.once('error', reject);
  });
}
