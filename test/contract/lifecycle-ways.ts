import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SqsStandIn } from '../../scripts/bench/sqs-stand-in.ts';
import { startFakeRuntimeApi } from '../support/fake-runtime-api.ts';
import { startLambda } from '../support/lambda-process.ts';
import { nodeCommand } from '../support/node.ts';

const MAIN = join(import.meta.dirname, 'lifecycle-main.ts');
const COMMAND = nodeCommand(MAIN);

export interface Outcome {
  /** Exit code, or the signal. */
  readonly code: unknown;
  readonly output: string;
  /** Hooks and handlers as they ran. */
  readonly order: readonly string[];
}

interface Process {
  readonly child: ChildProcess;
  /** The first line of its log with that message, parsed; rejects when the process ends without one. */
  line(message: string): Promise<Record<string, unknown>>;
  ended(): Promise<Omit<Outcome, 'order'>>;
}

type Env = Readonly<Record<string, string>>;

/** A run of the service in one way, with one call of its route or function. */
export type Way = (env: Env) => Promise<Omit<Outcome, 'order'>>;

/** Runs a way and reads what it noted. */
export async function runWay(way: Way, dir: string, env: Env = {}): Promise<Outcome> {
  const file = join(dir, `order-${Math.random()}`);
  writeFileSync(file, '');
  const outcome = await way({ ...env, ORDER_FILE: file });
  return { ...outcome, order: orderIn(file) };
}

export const orderIn = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);

/** The service's command line as a process. */
export function startProcess(args: readonly string[], env: Env): Process {
  const [node, ...rest] = COMMAND;
  const all = { PATH: process.env.PATH, ...env };
  const child = spawn(node, [...rest, ...args], { env: all, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin!.on('error', () => {});
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const input of [child.stdout!, child.stderr!])
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  const closed = once(child, 'close').then(([code, signal]) => code ?? signal);
  const ended = async () => ({ code: await closed, output: lines.join('\n') });
  const line = (message: string) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const look = () => {
        const found = lines.find((each) => each.startsWith('{') && each.includes(`"message":"${message}"`));
        if (found) resolve(JSON.parse(found));
      };
      waiting.add(look);
      look();
      void closed.then((code) => reject(new Error(`ended with ${code}: ${lines.join('\n')}`)));
    });
  return { child, line, ended };
}

/** Uses a server or worker once it has told that it is there, then stops it; one that does not start just ends. */
async function served(process: Process, message: string, use: (line: Record<string, unknown>) => unknown) {
  try {
    await use(await process.line(message));
    process.child.kill('SIGTERM');
  } catch {
    // The outcome tells.
  }
  return process.ended();
}

const server: Way = (env) =>
  served(startProcess(['httpServer', '--port', '0', '--host', '127.0.0.1'], env), 'listening', ({ url }) =>
    fetch(`${url}/`),
  );

const worker: Way = async (env) => {
  const sqs = new SqsStandIn();
  await sqs.listen();
  const queue = sqs.queue('work');
  queue.send('{}');
  const args = ['worker', '--waitTime', '0', '--healthPort', '0', '--endpointUrl', sqs.endpoint];
  const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const process = startProcess([...args, '--queue', `work=${queue.arn}`], { ...env, ...credentials });
  const outcome = await served(process, 'working', async () => {
    while (queue.deleted === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });
  await sqs.close();
  return outcome;
};

const invoke: Way = (env) => {
  const process = startProcess(['invoke', 'work', '--event', '-'], env);
  process.child.stdin!.end('{}');
  return process.ended();
};

const lambda: Way = async (env) => {
  const api = await startFakeRuntimeApi();
  const process = startLambda(api, { handler: 'work', command: COMMAND, env });
  const answered = api.invoke({}).then(() => true);
  if (await Promise.race([answered, process.exited.then(() => false)])) {
    // The reply is on its way back until the next poll.
    await api.until(() => api.parked === 1);
    process.child.kill('SIGTERM');
  }
  const code = await process.exited;
  const output = process.output() + api.initErrors.map(({ body }) => body.toString()).join('\n');
  await api.close();
  return { code, output };
};

const emulator: Way = (env) =>
  served(
    startProcess(['emulate', '--port', '0', '--initTimeout', '20'], env),
    'listening',
    async ({ url }) => {
      await fetch(`${url}/2015-03-31/functions/work/invocations`, { method: 'POST', body: '{}' });
    },
  );

/** Every way that ends by itself or at SIGTERM. */
export const WAYS: Readonly<Record<string, Way>> = {
  'app httpServer': server,
  'app worker': worker,
  'app invoke': invoke,
  Lambda: lambda,
  'app emulate': emulator,
};
