import { encodeResult, RuntimeFailure } from '../../../aws/function-result.ts';
import { type Awaitable, HTTP_HANDLER, isStream, isThenable, type Service } from '../../../core/index.ts';
import { type RuntimeClient, settleReply } from '../runtime-api/client.ts';
import { encodeError } from '../runtime-api/payload.ts';
import { isHttpEvent, streamHttp } from '../sources/http/invoke.ts';
import type { InFlight } from './in-flight.ts';
import type { Invocation } from './invocation.ts';
import { chooseHandler, type Invokable, resolveFunction } from './invokable.ts';
import { encodePrelude, PRELUDE_TYPE, type StreamReply, sendStream, streamReply } from './response-stream.ts';
import type { Settings } from './settings.ts';

/** Runs the handler of this process on invocations and posts what comes of it. */
export class InvocationHandler {
  readonly #invokable: Invokable;
  readonly #client: RuntimeClient;
  readonly #inFlight: InFlight;

  /** @throws RuntimeFailure when `_HANDLER` names nothing */
  constructor(service: Service, settings: Settings, client: RuntimeClient, inFlight: InFlight) {
    const name = chooseHandler(service, settings.handler);
    const plain = resolveFunction(service, name)!;
    this.#invokable = settings.streaming && name === HTTP_HANDLER ? streamingHttp(service, plain) : plain;
    this.#client = client;
    this.#inFlight = inFlight;
  }

  /** Answers exactly once, unless something else has claimed the invocation. @throws RuntimeApiError */
  async answer(invocation: Invocation): Promise<void> {
    let reply: string | StreamReply;
    try {
      const result = this.#inFlight.run(invocation, () => this.#call(invocation));
      const value = isThenable(result) ? await result : result;
      reply = typeof value === 'object' && value !== null ? await encode(value) : encodeResult(value);
    } catch (error) {
      return this.#fail(invocation, error);
    }
    if (!invocation.claim()) return;
    if (typeof reply === 'string') await this.#post(invocation, reply);
    else await this.#stream(invocation, reply);
  }

  #call(invocation: Invocation): Awaitable<unknown> {
    const { event, eventError, context } = invocation;
    if (eventError === undefined) return this.#invokable(event, context);
    throw new RuntimeFailure('Runtime.UnmarshalError', `the event is not JSON: ${eventError.message}`);
  }

  async #post(invocation: Invocation, json: string): Promise<void> {
    const request = this.#client.responseRequest(invocation, json);
    report(invocation, await settleReply(invocation.connection.exchange(request)));
  }

  async #fail(invocation: Invocation, error: unknown): Promise<void> {
    if (!invocation.claim()) return;
    invocation.context.logger.error('invocation failed', { error });
    const request = this.#client.errorRequest(
      invocation,
      encodeError(error, undefined, invocation.requestId),
    );
    report(invocation, await settleReply(invocation.connection.exchange(request)));
  }

  async #stream(invocation: Invocation, reply: StreamReply): Promise<void> {
    const outcome = await this.#inFlight.run(invocation, () => sendStream(this.#client, invocation, reply));
    if ('error' in outcome)
      invocation.context.logger.error('response stream failed', { error: outcome.error });
    report(invocation, outcome.problem);
  }
}

function report(invocation: Invocation, problem: string | undefined): void {
  if (problem !== undefined) invocation.context.logger.error(problem);
}

/** A `StreamReply` marked as such, so that a function's own object is never taken for one. */
class HttpStream {
  readonly reply: StreamReply;
  constructor(reply: StreamReply) {
    this.reply = reply;
  }
}

async function encode(value: object): Promise<string | StreamReply> {
  if (value instanceof HttpStream) return value.reply;
  return isStream(value) ? streamReply(value) : encodeResult(value);
}

function streamingHttp(service: Service, plain: Invokable): Invokable {
  return async (event, context) => {
    if (!isHttpEvent(event)) return plain(event, context);
    const { prelude, body } = await streamHttp(service, event, context);
    const pieces = body === undefined || isStream(body) ? body : single(body);
    return new HttpStream({ contentType: PRELUDE_TYPE, prelude: encodePrelude(prelude), body: pieces });
  };
}

async function* single(body: string | Uint8Array): AsyncGenerator<string | Uint8Array> {
  yield body;
}
