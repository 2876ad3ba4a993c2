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
  let pieces: Buffer[] = [];
  let received = 0;
  /** Bytes that the request has, once its head is there. */
  let size = 0;
  let head = { call: '', requestId: undefined as string | undefined, headers: '' };
  socket.on('data', (piece) => {
    pieces.push(piece);
    received += piece.length;
    if (size === 0) {
      const data = Buffer.concat(pieces);
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) return;
      head = parseHead(data.toString('latin1', 0, end));
      size = end + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(head.headers)?.[1] ?? 0);
      calls.push(head.requestId === undefined ? head.call : `${head.call} ${head.requestId}`);
      if (onHead?.(head.call, socket)) return;
    }
    // One request at a time: nothing follows before its answer.
    if (received < size) return;
    const body = Buffer.concat(pieces).toString('utf8', head.headers.length + 4, size);
    pieces = [];
    received = 0;
    size = 0;
    void serve({ ...head, body }, socket);
  });
}

const CALL = /^\w+ \/2018-06-01\/runtime\/(?:invocation\/)?(?:([^/ ]+)\/)?(next|response|error) /;

function parseHead(headers: string) {
  const [, requestId, call = 'unknown'] = CALL.exec(headers) ?? [];
  return { call, requestId, headers };
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
