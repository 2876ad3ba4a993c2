import { type AddressInfo, createServer, type Socket } from 'node:net';

/** One request as it came off the socket. */
export interface RawRequest {
  /** `next`, `response`, `error` or `init/error`. */
  readonly call: string;
  readonly requestId: string | undefined;
  readonly headers: string;
  readonly body: string;
}

export interface RawRuntimeApi {
  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Every request whose head came, in order: `next`, or `response ID` and `error ID`. */
  readonly calls: readonly string[];
  readonly connections: number;
  /** Nothing: an invocation is the test's own here. */
  abandon(): void;
  close(): Promise<void>;
}

export interface RawOptions {
  /** Answers a whole request, in bytes of its own choice. */
  readonly serve: (request: RawRequest, socket: Socket) => void | Promise<void>;
  /** Called when the head of a request is there, the body perhaps not; true when that ended it. */
  readonly onHead?: (call: string, socket: Socket) => boolean;
}

/**
 * A Runtime API on bare sockets, where a test decides about every byte: replies that trickle, stop in the middle,
 * come late or never.
 */
export async function startRawApi({ serve, onHead }: RawOptions): Promise<RawRuntimeApi> {
  const calls: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    readRequests(socket, calls, onHead, serve);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    get connections() {
      return connections;
    },
    abandon: () => {},
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function readRequests(
  socket: Socket,
  calls: string[],
  onHead: RawOptions['onHead'],
  serve: RawOptions['serve'],
): void {
  let rest = Buffer.alloc(0);
  let known = false;
  socket.on('data', (piece) => {
    rest = Buffer.concat([rest, piece]);
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return;
    const headers = rest.toString('latin1', 0, end);
    const [, requestId, call = 'unknown'] =
      /^\w+ \/2018-06-01\/runtime\/(?:invocation\/)?(?:([^/ ]+)\/)?(next|response|error) /.exec(headers) ??
      [];
    if (!known) calls.push(requestId === undefined ? call : `${call} ${requestId}`);
    const over = !known && onHead?.(call, socket);
    known = true;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(headers)?.[1] ?? 0);
    if (over || rest.length < end + 4 + length) return;
    const body = rest.toString('utf8', end + 4, end + 4 + length);
    rest = rest.subarray(end + 4 + length);
    known = false;
    void serve({ call, requestId, headers, body }, socket);
  });
}

/** The reply to /next that hands out an event. */
export function invocationReply(requestId: string, event: unknown): Buffer {
  const body = JSON.stringify(event);
  const head = [
    'HTTP/1.1 200 OK',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Lambda-Runtime-Aws-Request-Id: ${requestId}`,
    `Lambda-Runtime-Deadline-Ms: ${Date.now() + 30_000}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** A reply with a small JSON body. */
export function statusReply(status: number): string {
  return `HTTP/1.1 ${status} Status\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`;
}
