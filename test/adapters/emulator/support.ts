import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { type EmulatorOptions, startEmulator } from '../../../src/adapters/emulator/index.ts';
import { createLogger } from '../../../src/core/index.ts';
import { nodeCommand } from '../../support/node.ts';

export const FIXTURE = join(import.meta.dirname, 'fixture.ts');
const FUNCTIONS = ['http', 'echo', 'where', 'fail', 'size', 'log', 'stream', 'spawn', 'act', 'call'];

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
  /** Parsed on demand. */
  readonly json: ReturnType<typeof JSON.parse>;
  readonly functionError: string | null;
  readonly requestId: string;
}

/** An emulator on a free port that runs the fixture and ends with the test. */
export async function startFor(t: Test, extra: Partial<EmulatorOptions> = {}) {
  const output: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const emulator = await startEmulator({
    ...{ port: 0, host: '127.0.0.1', command: nodeCommand(FIXTURE), functions: FUNCTIONS },
    ...{ timeoutMs: 5000, initTimeoutMs: 10_000, memoryMB: 256, concurrency: 4, perEnvironment: 1 },
    ...{ queue: 100, retries: 2, retryDelayMs: 10, graceMs: 1000 },
    ...{ baseEnv: { PATH: process.env.PATH }, environment: {} },
    output: (data) => output.push(data.toString()),
    logger: createLogger({ level: 'DEBUG', write: (line) => lines.push(JSON.parse(line)) }),
    ...extra,
  });
  t.teardown(() => emulator.close());
  const invoke = (name: string, event?: unknown, headers?: Record<string, string>) =>
    post(`${emulator.url}/2015-03-31/functions/${name}/invocations`, event, headers);
  const stream = (name: string, event?: unknown, headers?: Record<string, string>) =>
    post(`${emulator.url}/2021-11-15/functions/${name}/response-streaming-invocations`, event, headers);
  return { emulator, invoke, stream, lines, output: () => output.join('') };
}

/** A string or bytes are sent as they are, anything else as JSON. */
export async function post(
  url: string,
  event?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const raw = event === undefined || typeof event === 'string' || event instanceof Uint8Array;
  const body = (raw ? event : JSON.stringify(event)) as string | Uint8Array<ArrayBuffer> | undefined;
  const response = await fetch(url, { method: 'POST', body, headers });
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    ...{ status: response.status, headers: response.headers, bytes, text: bytes.toString() },
    get json() {
      return JSON.parse(bytes.toString());
    },
    functionError: response.headers.get('x-amz-function-error'),
    requestId: response.headers.get('x-amzn-requestid') ?? '',
  };
}

export function tailOf(answer: Answer): string {
  return Buffer.from(answer.headers.get('x-amz-log-result') ?? '', 'base64').toString();
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export async function until(condition: () => boolean, what: string, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; !condition(); await sleep(10)) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
  }
}

/** Why a test that needs a program is skipped, or false. */
export function missing(program: string, ...args: string[]): string | false {
  return spawnSync(program, args).status === 0 ? false : `${program} ${args.join(' ')} does not work here`;
}

/** `app emulate` as a process; `url` is there once it listens. */
export async function startCommand(t: Test, command: readonly string[], args: readonly string[]) {
  const [program, ...rest] = [...command, 'emulate', '--port', '0', ...args] as [string, ...string[]];
  const child = spawn(program, rest, { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  const errors = text(child.stderr);
  const exited = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? -1)),
  );
  t.teardown(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  await until(() => out.includes('"listening"') || child.exitCode !== null, 'listening', 30_000);
  const first = out.split('\n').find((line) => line.includes('"listening"'));
  const url: string = first ? JSON.parse(first).url : '';
  return { child, url, exited, errors, output: () => out };
}

export const AWS_ENV = {
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
};
