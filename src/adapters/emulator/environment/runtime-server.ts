import { randomInt, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A runtime that waits for an event. */
export class Poll {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  give(headers: Record<string, string>, payload: Uint8Array): void {
    this.#response.writeHead(200, { ...headers, 'Content-Length': payload.length }).end(payload);
  }

  refuse(status: number, type: string, message: string): void {
    sendJson(this.#response, status, { errorType: type, errorMessage: message });
  }

  onClose(listener: () => void): void {
    this.#response.once('close', listener);
  }
}

/** A posted response or error whose body is still to be read. */
export interface Post {
  readonly kind: 'response' | 'error';
  readonly requestId: string;
  readonly request: IncomingMessage;
}

/** What a post is answered with. */
export type RuntimeApiReply = readonly [status: number, body: object];

export const ACCEPTED: RuntimeApiReply = [202, { status: 'OK' }];

export function refusal(status: number, errorType: string, errorMessage: string): RuntimeApiReply {
  return [status, { errorType, errorMessage }];
}

export interface RuntimeCalls {
  next(poll: Poll): void;
  post(post: Post): Promise<RuntimeApiReply>;
  initError(request: IncomingMessage): Promise<RuntimeApiReply>;
}

const NEXT = '/2018-06-01/runtime/invocation/next';
const INIT_ERROR = '/2018-06-01/runtime/init/error';
const REGISTER = '/2020-01-01/extension/register';
const EVENT_NEXT = '/2020-01-01/extension/event/next';
const POST = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

/** How long a connection may outlive its process, held by one that left the group. */
const LAST_WORDS_MS = 1000;

/** The Runtime API of one environment, on a port of its own: that is how environments are told apart. */
export class RuntimeServer {
  readonly #calls: RuntimeCalls;
  readonly #server: Server;
  /** One of 16 million loopback addresses, so that no other process of this machine finds it by trying ports. */
  readonly #host = `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
  readonly #handlers = new Set<Promise<void>>();
  #connections = 0;
  #watch: (() => void) | undefined;

  constructor(calls: RuntimeCalls) {
    this.#calls = calls;
    this.#server = createServer((request, response) => this.#serve(request, response));
    // A poll waits for ever, and an idle runtime keeps its connection.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
    this.#server.on('connection', (socket) => {
      this.#connections += 1;
      socket.once('close', () => {
        this.#connections -= 1;
        this.#watch?.();
      });
    });
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, this.#host, resolve);
    });
  }

  /** For AWS_LAMBDA_RUNTIME_API. */
  get address(): string {
    return `${this.#host}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when all that an ended process had sent has been read and dealt with. */
  async drained(): Promise<void> {
    await this.#disconnected();
    while (this.#handlers.size > 0) await Promise.all(this.#handlers);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The child knows the address; a page in a browser, which can guess at ports, would send an Origin. */
  #isChild({ headers }: IncomingMessage): boolean {
    return headers.origin === undefined && headers.host === this.address;
  }

  #disconnected(): Promise<void> {
    if (this.#connections === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#server.closeAllConnections(), LAST_WORDS_MS);
      this.#watch = () => {
        if (this.#connections > 0) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#isChild(request)) {
      request.resume();
      sendJson(response, 403, {
        errorType: 'Forbidden',
        errorMessage: 'only the function itself may call',
      });
      return;
    }
    if (request.method === 'GET' && request.url === NEXT) return void this.#calls.next(new Poll(response));
    // An extension that waits for events it has not registered for waits until the end.
    if (request.method === 'GET' && request.url === EVENT_NEXT) return;
    const handler = this.#answer(request, response).catch((error: Error) => {
      sendJson(response, 500, { errorType: 'InternalServerError', errorMessage: error.message });
    });
    this.#handlers.add(handler);
    void handler.finally(() => this.#handlers.delete(handler));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    const [, id, kind] = (method === 'POST' && POST.exec(url)) || [];
    if (id !== undefined) {
      const post = { kind: kind as Post['kind'], requestId: decode(id), request };
      sendJson(response, ...(await this.#calls.post(post)));
    } else if (method === 'POST' && url === INIT_ERROR) {
      sendJson(response, ...(await this.#calls.initError(request)));
    } else if (method === 'POST' && url === REGISTER) {
      await register(request, response);
    } else {
      request.resume();
      sendJson(response, 404, { errorType: 'NotFound', errorMessage: `there is no ${method} ${url}` });
    }
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const MOST_REGISTER_BYTES = 64 * 1024;

/** Internal extensions without events only: those for INVOKE are not emulated, SHUTDOWN is for external ones. */
async function register(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { body } = await readBody(request, MOST_REGISTER_BYTES);
  let events: unknown;
  try {
    events = JSON.parse(body.toString()).events;
  } catch {
    return sendJson(response, 400, { errorType: 'InvalidRequestFormat', errorMessage: 'no JSON' });
  }
  if (Array.isArray(events) && events.length > 0) {
    const errorMessage = `events ${events.join(', ')} are not emulated for internal extensions`;
    return sendJson(response, 403, { errorType: 'Extension.InvalidEventType', errorMessage });
  }
  response.setHeader('Lambda-Extension-Identifier', randomUUID());
  sendJson(response, 200, { functionVersion: '$LATEST' });
}

/** The body up to a limit; what is over it is read and dropped. `cut`: the connection broke before its end. */
export async function readBody(
  request: IncomingMessage,
  limit: number,
): Promise<{ body: Buffer; over: boolean; cut: boolean }> {
  const parts: Buffer[] = [];
  let length = 0;
  let cut = false;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      length += part.length;
      if (length <= limit) parts.push(part);
      else parts.length = 0;
    }
  } catch {
    cut = true;
  }
  return { body: Buffer.concat(parts), over: length > limit, cut: cut || !request.complete };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed || response.headersSent) return;
  const json = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(json),
  });
  response.end(json);
}
