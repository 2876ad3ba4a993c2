import { type BodyStream, bytesOf, toBytes } from '../../../core/index.ts';
import { encodeChunk, encodeEnd, type RuntimeClient, settleReply } from '../runtime-api/client.ts';
import { ConnectionError, type OpenRequest } from '../runtime-api/connection.ts';
import { encodeError, IN_TRAILERS } from '../runtime-api/payload.ts';
import type { Invocation } from './invocation.ts';

/** A response to send piece by piece. */
export interface StreamReply {
  readonly contentType: string;
  /** Goes out at once, ahead of the body and even without one. */
  readonly prelude: Uint8Array | undefined;
  readonly body: BodyStream | undefined;
}

export const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';
const PRELUDE_END = '\0'.repeat(8);

/** The prelude of an HTTP response: JSON, then eight NULs. */
export function encodePrelude(prelude: object): Uint8Array {
  return Buffer.from(JSON.stringify(prelude) + PRELUDE_END);
}

/** A function's stream as a reply. Waits for its first piece: a failure before it is a plain error. */
export async function streamReply(body: BodyStream): Promise<StreamReply> {
  const iterator = bytesOf(body);
  const first = await iterator.next();
  const contentType = typeOf(body) ?? 'application/octet-stream';
  return { contentType, prelude: undefined, body: startingWith(first, iterator) };
}

/** A stream may carry its type, as Lambda's own response streams do by `setContentType`. */
function typeOf(body: object): string | undefined {
  const { contentType } = body as { contentType?: unknown };
  return typeof contentType === 'string' && /^[\x20-\x7e]+$/.test(contentType) ? contentType : undefined;
}

type Piece = Uint8Array | string;

async function* startingWith(
  first: IteratorResult<Piece>,
  rest: AsyncIterator<Piece>,
): AsyncGenerator<Piece> {
  try {
    for (let step = first; !step.done; step = await rest.next()) yield step.value;
  } finally {
    await rest.return?.();
  }
}

/** What `sendStream` leaves to tell: an error of the body, and what `settleReply` says. */
export interface StreamOutcome {
  readonly error?: unknown;
  readonly problem: string | undefined;
}

/** Streams a response; an error in the middle goes into the trailers. @throws RuntimeApiError */
export async function sendStream(
  client: RuntimeClient,
  invocation: Invocation,
  reply: StreamReply,
): Promise<StreamOutcome> {
  const { connection } = invocation;
  const pump = new Pump(client.beginStream(connection, invocation, reply.contentType));
  invocation.cut = (report) => pump.end(encodeEnd(report));
  const error = await pump.run(reply);
  const problem = await settleReply(pump.answer);
  // Answered before the body was whole: the rest of the body would be taken for another request.
  if (!pump.ended) connection.drop('answered before the end of the request');
  return { problem, ...(error === undefined ? {} : { error: error.thrown }) };
}

const OVER = Symbol('over');

class Pump {
  readonly #open: OpenRequest;
  readonly #over: Promise<typeof OVER>;
  ended = false;

  constructor(open: OpenRequest) {
    this.#open = open;
    const over = (): typeof OVER => OVER;
    this.#over = open.answer.then(over, over);
  }

  get answer(): OpenRequest['answer'] {
    return this.#open.answer;
  }

  /** @returns what the body threw */
  async run({ prelude, body }: StreamReply): Promise<{ thrown: unknown } | undefined> {
    try {
      if (prelude) await this.#open.write(encodeChunk(prelude));
      if (body && !(await this.#pipe(body))) return undefined;
      this.end(encodeEnd());
    } catch (thrown) {
      if (thrown instanceof ConnectionError) return undefined;
      this.end(encodeEnd(encodeError(thrown, IN_TRAILERS)));
      return { thrown };
    }
    return undefined;
  }

  end(text: string): void {
    if (this.ended) return;
    this.ended = true;
    this.#open.write(text).catch(() => {});
  }

  /** @returns false when the exchange was over before the body */
  async #pipe(body: BodyStream): Promise<boolean> {
    const iterator = body[Symbol.asyncIterator]();
    try {
      while (!this.ended) {
        const step = await Promise.race([iterator.next(), this.#over]);
        if (step === OVER || this.ended) break;
        if (step.done) return true;
        const bytes = toBytes(step.value);
        // An empty chunk would end the body.
        if (bytes.length > 0) await this.#open.write(encodeChunk(bytes));
      }
    } catch (error) {
      release(iterator);
      throw error;
    }
    release(iterator);
    return false;
  }
}

/** Tells a source that nobody reads on; not awaited, it may be stuck. */
function release(iterator: AsyncIterator<Piece>): void {
  Promise.resolve(iterator.return?.()).catch(() => {});
}
