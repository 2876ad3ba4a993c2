import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import type { Test } from 'tap';
import {
  type HttpServerOptions,
  type Invokable,
  type RunningServer,
  startHttpServer,
} from '../../../src/adapters/http/index.ts';
import {
  createLogger,
  createRegistry,
  type Registry,
  runFunction,
  type Service,
} from '../../../src/core/index.ts';

export type LogLine = Record<string, unknown> & { message: string; level: string };

/** A logger whose lines a test can look at. */
export function memoryLog() {
  const lines: LogLine[] = [];
  const logger = createLogger({ level: 'DEBUG', write: (line) => lines.push(JSON.parse(line)) });
  return { logger, lines };
}

export function resolveFunction(service: Service, name: string): Invokable | undefined {
  const entry = service.functions.get(name);
  return entry && ((event, context) => runFunction(entry, event, context));
}

export function testOptions(extra: Partial<HttpServerOptions> = {}) {
  const { logger, lines } = memoryLog();
  return { options: { port: 0, host: '127.0.0.1', logger, resolveFunction, ...extra }, lines };
}

/** A listening server that ends with the test. */
export async function startFor(
  t: Test,
  register: (registry: Registry) => void,
  extra: Partial<HttpServerOptions> = {},
): Promise<{ server: RunningServer; lines: LogLine[] }> {
  const registry = createRegistry({ name: 'shop' });
  register(registry);
  const { options, lines } = testOptions({ drainTimeoutMs: 200, ...extra });
  const server = await startHttpServer(registry.freeze(), options);
  t.teardown(() => server.close());
  return { server, lines };
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
}

/** One request on a connection of its own, with exactly the given target, headers and body. */
export async function send(
  url: string,
  target: string,
  init: http.RequestOptions & { body?: string | Buffer } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const { body, ...rest } = init;
  const request = http.request({ hostname, port, path: target, agent: false, ...rest });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return readAnswer(response);
}

export async function readAnswer(response: http.IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return { status: response.statusCode ?? 0, headers: response.headers, text: bytes.toString(), bytes };
}

/** Bytes as a client sees them, for what node:http would not send or would hide. */
export class RawClient {
  readonly socket: net.Socket;
  received = '';
  readonly closed: Promise<void>;

  constructor(port: number) {
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.setEncoding('latin1').on('data', (text) => {
      this.received += text;
    });
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  write(text: string): void {
    this.socket.write(text, 'latin1');
  }

  async until(pattern: RegExp): Promise<void> {
    await until(() => pattern.test(this.received), `${pattern} in ${JSON.stringify(this.received)}`);
  }
}

/** Waits for a condition, at most 5 s. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** `runHttpServer` owns the signals of its process, so it gets one. */
export async function startProcess(
  t: { teardown(end: () => void): void },
  onListening: (child: ChildProcess) => void = () => {},
) {
  const script = new URL('./fixture-server.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => void child.kill('SIGKILL'));
  let out = '';
  child.stdout.on('data', (chunk) => {
    if (out === '') onListening(child);
    out += chunk;
  });
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
  await until(() => out.includes('\n'), 'the line that it listens');
  const { port } = JSON.parse(out.split('\n')[0]!) as { port: number };
  return { child, port, exit, log: () => out };
}
