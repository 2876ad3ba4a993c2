import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { check, findProgram, skipWithout } from '../tools.ts';

/** `false`, or why there can be no test with moto. */
export function skipWithoutMoto(): string | false {
  const absent = skipWithout('moto_server', 'python3');
  if (absent) return absent;
  return check('python3', ['-c', 'import boto3']).status === 0 ? false : 'python3 has no boto3';
}

/** Starts moto's server on a free port of the loopback; `stop` ends it by its own pid. */
export async function startMoto(): Promise<{ url: string; stop(): Promise<void> }> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  const program = findProgram('moto_server')!;
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`moto_server exited with ${child.exitCode}`);
    const up = await fetch(`${url}/moto-api/data.json`).then(
      (response) => response.arrayBuffer().then(() => true),
      () => false,
    );
    if (up) return { url, stop: () => ended(child) };
    await sleep(100);
  }
  await ended(child);
  throw new Error('moto_server did not answer within 60 s');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

const environment = (url: string) => ({
  ...{ PATH: process.env.PATH, HOME: process.env.HOME, AWS_ENDPOINT_URL: url },
  ...{ AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing', AWS_DEFAULT_REGION: 'us-east-1' },
  ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
});

/** Calls boto3: client, method and arguments by their names there. */
export interface Aws {
  call<Answer = unknown>(client: string, method: string, parameters?: object): Promise<Answer>;
  stop(): Promise<void>;
}

export function startCalls(url: string): Aws {
  const script = join(import.meta.dirname, 'calls.py');
  const child = spawn('python3', [script], { env: environment(url), stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async call<Answer>(...[client, method, parameters = {}]: Parameters<Aws['call']>) {
      child.stdin.write(`${JSON.stringify([client, method, parameters])}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${client} ${method}: calls.py has ended`);
      const { answer, error } = JSON.parse(value) as { answer: Answer; error?: string };
      if (error !== undefined) throw new Error(error);
      return answer;
    },
    stop: () => ended(child),
  };
}

/** Runs a function's Python code by failover.py; gives what that prints last, parsed. */
export async function runFailover(code: string, url: string): Promise<unknown> {
  const script = join(import.meta.dirname, 'failover.py');
  const run = promisify(execFile)('python3', [script], { env: environment(url), timeout: 60_000 });
  run.child.stdin!.end(code);
  return JSON.parse((await run).stdout.trim().split('\n').at(-1)!);
}
