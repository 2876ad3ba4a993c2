/** A log that nobody takes: its reader goes away, its disk is full, its reader stalls. One line for each request. */
import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { end, findOnPath, runTool, start } from '../children.ts';
import type { Row, RunOptions } from '../types.ts';
import { askWhile, type Count, type Outcome } from './load.ts';
import { answers, freePort } from './ports.ts';
import { outcomesOf, type Server, tally } from './servers.ts';

const CLIENTS = 20;
/** A server that does not answer for so long has stopped. */
const ANSWER_MS = 2000;
const TOOL_MS = 5000;
/** The rest of a disk, bytes. */
const DISK = '64k';

/** The one request that was waited for. */
const NEVER_UP: Outcome = { kept: { tried: 0, lost: 0 }, fresh: { tried: 1, lost: 1 }, refused: 0 };

/** Where a server writes. */
interface Output {
  readonly stdout: 'pipe' | number;
  /** The fault, which begins under load. */
  begin?(reader: { destroy(): void }): void;
  close(): Promise<void>;
}

const FAULTS: readonly { readonly what: string; open(dir: string): Promise<Output> }[] = [
  { what: 'the reader of the log goes away', open: leavingReader },
  { what: 'the disk of the log is full', open: fullDisk },
  { what: 'the reader of the log stalls', open: stalledReader },
];

const LOGGERS = [
  { what: 'a line of the logger (the peer: pino)', path: '/logged' },
  { what: 'console.log', path: '/printed' },
];

export async function outputRows(
  servers: readonly Server[],
  dir: string,
  options: RunOptions,
): Promise<Row[]> {
  const rows: Row[] = [];
  const logging = servers.map((server) => ({ ...server, env: { ...server.env, BENCH_LOG: 'pino' } }));
  const rounds = options.quick ? 1 : 5;
  for (const { what: fault, open } of FAULTS) {
    for (const { what: logger, path } of LOGGERS) {
      const what = `${fault}, ${logger}`;
      options.progress(what);
      const sample = async (server: Server) => everyLoss(await askUnder(server, path, await open(dir)));
      const counts = await outcomesOf(logging, rounds, sample, ({ lost }) => lost, options.progress);
      const [ours, peer] = counts.map((each, index) => tally(logging[index]!.name, each));
      rows.push({ kind: 'losses', bench: 'faults', what, rounds, ours: ours!, peer: peer!, goal: 0 });
    }
  }
  return rows;
}

/** Nobody told this server to stop: a refusal is a loss as well. */
function everyLoss({ kept, fresh, refused }: Outcome): Count {
  return { tried: kept.tried + fresh.tried + refused, lost: kept.lost + fresh.lost + refused };
}

async function askUnder({ file, args, env }: Server, path: string, output: Output): Promise<Outcome> {
  const port = await freePort();
  const child = start(file, args(port), { env, stdout: output.stdout });
  // It would wait for who does not read.
  child.stderr!.resume();
  child.stdout?.resume();
  try {
    const url = `http://127.0.0.1:${port}/`;
    // An output that is faulty from the beginning, such as /dev/full, can keep a server from serving at all.
    if (!(await answers(url))) return NEVER_UP;
    const load = { clients: CLIENTS, keepAlive: true, thinkMs: 5, persistent: true, answerMs: ANSWER_MS };
    return await askWhile(url, { ...load, path }, async () => {
      await sleep(300);
      output.begin?.(child.stdout!);
      await sleep(1000);
    });
  } finally {
    await end(child);
    await output.close();
  }
}

async function leavingReader(): Promise<Output> {
  return { stdout: 'pipe', begin: (reader) => reader.destroy(), close: async () => {} };
}

/** A file system that is full after some hundred lines; where none can be mounted, a device that is always full. */
async function fullDisk(dir: string): Promise<Output> {
  const at = join(dir, 'disk');
  mkdirSync(at, { recursive: true });
  const mounted = await runTool('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', at], {
    timeoutMs: TOOL_MS,
  }).then(
    () => true,
    () => false,
  );
  const stdout = openSync(mounted ? join(at, 'log') : '/dev/full', constants.O_WRONLY | constants.O_CREAT);
  const close = async () => {
    closeSync(stdout);
    if (mounted) await runTool('umount', [at], { timeoutMs: TOOL_MS });
  };
  return { stdout, close };
}

/** A named pipe whose other end is open, and never read. */
async function stalledReader(dir: string): Promise<Output> {
  const fifo = join(dir, `fifo-${performance.now()}`);
  await runTool(findOnPath('mkfifo') ?? 'mkfifo', [fifo], { timeoutMs: TOOL_MS });
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const stdout = openSync(fifo, constants.O_WRONLY);
  const close = async () => {
    closeSync(stdout);
    closeSync(reader);
  };
  return { stdout, close };
}
