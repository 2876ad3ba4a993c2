import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FakeRuntimeApi } from './fake-runtime-api.ts';
import { nodeCommand } from './node.ts';

export interface LambdaProcess {
  readonly child: ChildProcess;
  /** Exit code, or the name of the signal; waits for the end of the output. */
  readonly exited: Promise<number | string>;
  /** stdout and stderr so far. */
  output(): string;
  /** The whole JSON lines of the output so far. */
  logs(): Record<string, unknown>[];
  /** Kills it if it still runs. */
  stop(): Promise<void>;
}

export interface LambdaProcessOptions {
  readonly handler?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: node on test/support/lambda-main.ts. */
  readonly command?: readonly string[];
  /** Default: the address of the API. */
  readonly address?: string;
}

/** The main module of the functions that misbehave. */
export const MAIN = fileURLToPath(new URL('./lambda-main.ts', import.meta.url));

/** With AMPHI_TEST_NAMED_API by a name instead of digits: then the runtime connects by node:net. */
function apiAddress(address: string): string {
  return process.env.AMPHI_TEST_NAMED_API ? address.replace('127.0.0.1', 'localhost') : address;
}

/** Starts a process in Lambda mode with nothing in its environment but what Lambda would set. */
export function startLambda(
  api: Pick<FakeRuntimeApi, 'address' | 'abandon'>,
  options: LambdaProcessOptions = {},
): LambdaProcess {
  const [command = process.execPath, ...args] = options.command ?? nodeCommand(MAIN);
  const env = {
    PATH: process.env.PATH,
    AWS_LAMBDA_RUNTIME_API: options.address ?? apiAddress(api.address),
    ...(options.handler === undefined ? {} : { _HANDLER: options.handler }),
    ...options.env,
  };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (part: string) => {
      text += part;
    });
  }
  const exited = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      api.abandon();
      resolve(code ?? signal ?? -1);
    });
  });
  return {
    child,
    exited,
    output: () => text,
    logs: () => parseLines(text),
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function parseLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}
