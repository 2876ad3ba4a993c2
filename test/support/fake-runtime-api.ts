import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that the runtime under test made. */
export interface Posted {
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
  readonly trailers: Record<string, string | undefined>;
}

/** How an invocation ended. `lost`: asked for the next without an answer, or the API closed. */
export interface Outcome extends Posted {
  readonly kind: 'response' | 'error' | 'lost';
  readonly requestId: string;
  /** The runtime closed its connection before the body was whole. */
  readonly cut: boolean;
}

export interface InvokeOptions {
  readonly requestId?: string;
  /** Merged over the default Lambda-Runtime-* headers; `undefined` drops one. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Sent as it is instead of `JSON.stringify(event)`. */
  readonly rawBody?: string | Buffer;
  /** Milliseconds from the moment it is handed out; default 3000. */
  readonly timeoutMs?: number;
}

export type Call = 'next' | 'response' | 'error' | 'init' | 'register' | 'event-next';

/** One planned fault: applies to the next call of its kind, once. */
export interface Fault {
  readonly on: Call;
  /**
   * `drop-before`: the call has no effect. `drop-after`: it has, but no reply comes.
   * A number: this status. `refuse-early`: 413 without reading the body.
   */
  readonly action: 'drop-before' | 'drop-after' | 'refuse-early' | number;
}

export interface FakeOptions {
  /** Invocations that may be in flight; above 1 a /next while one is open is no loss. Default 1. */
  readonly concurrency?: number;
  /** Replies to /next in chunks of this many bytes instead of with a content-length. */
  readonly chunk?: number;
  /** Ends the connection after a streamed response. */
  readonly closeAfterStream?: boolean;
}

interface Pending {
  readonly requestId: string;
  readonly event: unknown;
  readonly options: InvokeOptions;
  readonly settle: (outcome: Outcome) => void;
  state: 'queued' | 'given' | 'answered';
}

const PATH = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;
const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:fake';

export async function startFakeRuntimeApi(options: FakeOptions = {}): Promise<FakeRuntimeApi> {
  const api = new FakeRuntimeApi(options);
  await api.listen();
  return api;
}

/** Lambda's Runtime and Extensions API on loopback, for tests and benchmarks. */
export class FakeRuntimeApi {
  readonly #options: FakeOptions;
  readonly #server: Server;
  readonly #queue: Pending[] = [];
  readonly #open = new Map<string, Pending>();
  readonly #polls: { request: IncomingMessage; response: ServerResponse }[] = [];
  readonly #faults: Fault[] = [];
  readonly #watchers = new Set<() => void>();
  readonly initErrors: Posted[] = [];
  /** Bodies of /extension/register. */
  readonly registrations: Posted[] = [];
  /** Request ids answered more than once, or never handed out. */
  readonly strayAnswers: string[] = [];
  /** Every call in order, e.g. `next`, `response`. */
  readonly calls: Call[] = [];
  /** Connections opened so far. */
  connections = 0;

  constructor(options: FakeOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
    this.#server.on('connection', () => {
      this.connections += 1;
    });
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve());
    });
  }

  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Pollers parked at /next. */
  get parked(): number {
    return this.#polls.length;
  }

  /** Queues an event; resolves when the runtime has answered it, or it is lost. */
  invoke(event: unknown, options: InvokeOptions = {}): Promise<Outcome> {
    return new Promise((settle) => {
      const requestId = options.requestId ?? randomUUID();
      this.#queue.push({ requestId, event, options, settle, state: 'queued' });
      this.#deliver();
    });
  }

  fault(...faults: Fault[]): void {
    this.#faults.push(...faults);
  }

  /** Resolves once the condition holds; it is looked at after every call. Rejects after `ms`. */
  async until(condition: (api: this) => boolean, ms = 5000): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!condition(this)) return;
        clearTimeout(timer);
        this.#watchers.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(check);
        reject(new Error(`not within ${ms} ms; calls: ${this.calls.join(' ')}`));
      }, ms);
      this.#watchers.add(check);
      check();
    });
  }

  async close(): Promise<void> {
    for (const pending of [...this.#queue, ...this.#open.values()]) this.#settle(pending, 'lost');
    this.#queue.length = 0;
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Ends every connection that has no call under way. */
  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  /** Settles what was handed out and not answered as lost: call it when the runtime has exited. */
  abandon(): void {
    for (const pending of this.#open.values()) this.#settle(pending, 'lost');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { call, requestId } = parseCall(request);
    if (call === undefined) return void response.writeHead(404).end();
    this.calls.push(call);
    const fault = this.#takeFault(call);
    if (fault?.action === 'drop-before') return this.#drop(request);
    if (fault?.action === 'refuse-early') return void response.writeHead(413, { 'content-length': 0 }).end();
    if (typeof fault?.action === 'number') return this.#refuse(request, response, fault.action);
    if (call === 'next') this.#park(request, response, fault);
    else if (call === 'event-next') this.#changed();
    else await this.#take(call, requestId, request, response, fault);
  }

  #takeFault(call: Call): Fault | undefined {
    const index = this.#faults.findIndex((fault) => fault.on === call);
    return index < 0 ? undefined : this.#faults.splice(index, 1)[0];
  }

  #drop(request: IncomingMessage): void {
    request.socket.destroy();
    this.#changed();
  }

  async #refuse(request: IncomingMessage, response: ServerResponse, status: number): Promise<void> {
    await readAll(request);
    const body = JSON.stringify({ errorType: 'Injected', errorMessage: `status ${status} by the test` });
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    this.#changed();
  }

  #park(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    if ((this.#options.concurrency ?? 1) === 1) this.abandon();
    if (fault?.action === 'drop-after') {
      const lost = this.#queue.shift();
      if (lost) this.#settle(lost, 'lost');
      this.#drop(request);
      return;
    }
    const poll = { request, response };
    this.#polls.push(poll);
    response.once('close', () => {
      const index = this.#polls.indexOf(poll);
      if (index >= 0) this.#polls.splice(index, 1);
      this.#changed();
    });
    this.#deliver();
    this.#changed();
  }

  #deliver(): void {
    while (this.#queue.length > 0 && this.#polls.length > 0) {
      const pending = this.#queue.shift()!;
      const { response } = this.#polls.shift()!;
      pending.state = 'given';
      this.#open.set(pending.requestId, pending);
      this.#give(pending, response);
    }
  }

  #give({ requestId, event, options }: Pending, response: ServerResponse): void {
    const headers: Record<string, string | undefined> = {
      'Content-Type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': requestId,
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + (options.timeoutMs ?? 3000)),
      'Lambda-Runtime-Invoked-Function-Arn': ARN,
      ...options.headers,
    };
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined) response.setHeader(name, value);
    const body = Buffer.from(options.rawBody ?? JSON.stringify(event) ?? '');
    const step = this.#options.chunk;
    if (step === undefined) response.setHeader('Content-Length', body.length);
    else for (let at = 0; at + step < body.length; at += step) response.write(body.subarray(at, at + step));
    const sent = step === undefined ? 0 : Math.max(0, Math.ceil(body.length / step) - 1) * step;
    response.end(body.subarray(sent));
  }

  async #take(
    call: Call,
    requestId: string,
    request: IncomingMessage,
    response: ServerResponse,
    fault: Fault | undefined,
  ): Promise<void> {
    const { body, cut } = await readAll(request);
    const posted: Posted = { headers: request.headers, body, trailers: request.trailers };
    if (call === 'init') this.initErrors.push(posted);
    else if (call === 'register') this.registrations.push(posted);
    else this.#answer(call === 'error' ? 'error' : 'response', requestId, posted, cut);
    this.#changed();
    if (cut) return;
    if (fault?.action === 'drop-after') return this.#drop(request);
    this.#accept(call, request, response);
  }

  #accept(call: Call, request: IncomingMessage, response: ServerResponse): void {
    const streamed = request.headers['lambda-runtime-function-response-mode'] === 'streaming';
    if (streamed && this.#options.closeAfterStream) response.setHeader('Connection', 'close');
    if (call === 'register') response.setHeader('Lambda-Extension-Identifier', randomUUID());
    const body =
      call === 'register' ? '{"functionName":"fake","functionVersion":"1","handler":"h"}' : '{"status":"OK"}';
    response.writeHead(call === 'register' ? 200 : 202, { 'content-type': 'application/json' });
    response.end(body);
  }

  #answer(kind: 'response' | 'error', requestId: string, posted: Posted, cut: boolean): void {
    const pending = this.#open.get(requestId);
    if (pending === undefined) this.strayAnswers.push(requestId);
    else this.#settle(pending, kind, posted, cut);
  }

  #settle(pending: Pending, kind: Outcome['kind'], posted?: Posted, cut = false): void {
    pending.state = 'answered';
    this.#open.delete(pending.requestId);
    const { requestId } = pending;
    const nothing: Posted = { headers: {}, body: Buffer.alloc(0), trailers: {} };
    pending.settle({ kind, requestId, cut, ...(posted ?? nothing) });
  }

  #changed(): void {
    for (const check of [...this.#watchers]) check();
  }
}

function parseCall(request: IncomingMessage): { call: Call | undefined; requestId: string } {
  const { url = '', method } = request;
  const none = { requestId: '' };
  if (method === 'GET' && url === '/2018-06-01/runtime/invocation/next') return { call: 'next', ...none };
  if (method === 'GET' && url === '/2020-01-01/extension/event/next') return { call: 'event-next', ...none };
  if (method !== 'POST') return { call: undefined, ...none };
  if (url === '/2018-06-01/runtime/init/error') return { call: 'init', ...none };
  if (url === '/2020-01-01/extension/register') return { call: 'register', ...none };
  const match = PATH.exec(url);
  if (!match) return { call: undefined, ...none };
  return { call: match[2] as 'response' | 'error', requestId: decodeURIComponent(match[1]!) };
}

async function readAll(request: IncomingMessage): Promise<{ body: Buffer; cut: boolean }> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part as Buffer);
  } catch {
    return { body: Buffer.concat(parts), cut: true };
  }
  return { body: Buffer.concat(parts), cut: !request.complete };
}
