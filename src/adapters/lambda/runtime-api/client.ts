import type { Address } from './address.ts';
import { type Connection, ConnectionError, type OpenRequest } from './connection.ts';
import type { ErrorReport } from './payload.ts';
import type { HttpResponse } from './response-parser.ts';

/** The Runtime API cannot be used any more: the process must end. */
export class RuntimeApiError extends Error {
  override readonly name = 'RuntimeApiError';
}

/** Which invocation a reply belongs to. */
export interface ReplyTo {
  readonly requestId: string;
  /** Lambda-Runtime-Invocation-Id, echoed where it came. */
  readonly invocationId: string | undefined;
}

const API = '/2018-06-01/runtime';
const STREAM_HEADERS =
  'Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n' +
  'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n';

/** Writes the requests of the Runtime API; each goes out in one write. */
export class RuntimeClient {
  readonly #host: string;
  readonly #next: string;

  constructor(address: Address) {
    this.#host = `Host: ${address.authority}\r\nUser-Agent: amphi\r\n`;
    this.#next = `GET ${API}/invocation/next HTTP/1.1\r\n${this.#host}\r\n`;
  }

  /** Waits for the next invocation, however long. @throws ConnectionError, RuntimeApiError */
  async next(connection: Connection): Promise<HttpResponse> {
    const answer = await connection.exchange(this.#next);
    if (answer.status === 200 && answer.headers['lambda-runtime-aws-request-id']) return answer;
    if (answer.status !== 200) throw new RuntimeApiError(`/next answered ${describe(answer)}`);
    throw new RuntimeApiError('/next answered without Lambda-Runtime-Aws-Request-Id');
  }

  /** The whole request that posts a result. */
  responseRequest(to: ReplyTo, json: string): string {
    return `${this.#invocation(to, 'response')}${bodyOf(json)}`;
  }

  /** The whole request that posts a failure. */
  errorRequest(to: ReplyTo, report: ErrorReport): string {
    return `${this.#invocation(to, 'error')}${errorHeaders(report)}${bodyOf(report.json)}`;
  }

  /** The whole request that reports a failed start. */
  initErrorRequest(report: ErrorReport): string {
    return `POST ${API}/init/error HTTP/1.1\r\n${this.#host}${errorHeaders(report)}${bodyOf(report.json)}`;
  }

  /** Starts a streamed response; chunks follow by `encodeChunk`, the end by `encodeEnd`. */
  beginStream(connection: Connection, to: ReplyTo, contentType: string): OpenRequest {
    const head = this.#invocation(to, 'response');
    return connection.begin(`${head}${STREAM_HEADERS}Content-Type: ${contentType}\r\n\r\n`);
  }

  #invocation({ requestId, invocationId }: ReplyTo, what: 'response' | 'error'): string {
    const echo = invocationId === undefined ? '' : `Lambda-Runtime-Invocation-Id: ${invocationId}\r\n`;
    const id = encodeURIComponent(requestId);
    return `POST ${API}/invocation/${id}/${what} HTTP/1.1\r\n${this.#host}${echo}`;
  }
}

function bodyOf(json: string): string {
  return `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
}

function errorHeaders({ type, cause }: ErrorReport): string {
  const xray = cause === undefined ? '' : `Lambda-Runtime-Function-XRay-Error-Cause: ${cause}\r\n`;
  return `Lambda-Runtime-Function-Error-Type: ${type}\r\n${xray}`;
}

/** One chunk of a chunked body, in one piece. */
export function encodeChunk(data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, CRLF]);
}

const CRLF = Buffer.from('\r\n');

/** The end of a chunked body; an error goes into its trailers. */
export function encodeEnd(report?: ErrorReport): string {
  if (report === undefined) return '0\r\n\r\n';
  const body = Buffer.from(report.json).toString('base64');
  return (
    `0\r\nLambda-Runtime-Function-Error-Type: ${report.type}\r\n` +
    `Lambda-Runtime-Function-Error-Body: ${body}\r\n\r\n`
  );
}

/**
 * Judges the answer to a reply. A reply is never sent again: a refused one (413 among them) or one whose
 * fate is unknown is told to the log, and the loop goes on.
 * @returns what went wrong, or `undefined`
 * @throws RuntimeApiError when the API says that it cannot go on (5xx)
 */
export async function settleReply(answer: Promise<HttpResponse>): Promise<string | undefined> {
  try {
    const got = await answer;
    if (got.status >= 200 && got.status < 300) return undefined;
    if (got.status >= 500) throw new RuntimeApiError(`a reply was answered ${describe(got)}`);
    return `Lambda refused the reply: ${describe(got)}`;
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return `the connection broke, so it is unknown whether the reply arrived: ${error.message}`;
  }
}

export function describe({ status, body }: HttpResponse): string {
  const text = body.slice(0, 300).trim();
  return text === '' ? String(status) : `${status}: ${text}`;
}
