import {
  type Awaitable,
  type HttpHandler,
  type HttpRequest,
  type InvocationContext,
  reply,
} from '../core/index.ts';
import { Channel, type EventStream, type SseOptions } from './event-channel.ts';
import type { ServerSentEvent } from './event-text.ts';
import { assertOptions, assertWhole } from './options.ts';

/** Gives events by a generator, or sends them until its promise settles. */
export type EventStreamSource<Params> = (
  events: EventStream,
  request: HttpRequest<Params>,
  context: InvocationContext,
) => AsyncIterable<ServerSentEvent> | Awaitable<void>;

/**
 * A handler of server-sent events (`text/event-stream`), for `EventSource` in browsers. It ends when the source does, the
 * client goes, the drain begins or the deadline is near.
 *
 * It needs a way in that streams: the server, or a function URL with `AMPHI_INVOKE_MODE=RESPONSE_STREAM`. Behind any other
 * it still works, as long polling, and the log says so once.
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { sse } from 'amphi/http-kit';
 *
 * const registry = createRegistry({ name: 'clock' });
 *
 * registry.get('/ticks/:count', sse(async function* (events, request) {
 *   let id = Number(events.lastEventId ?? 0);
 *   while (id < Number(request.params.count)) yield { id: String(++id), data: { tick: id } };
 * }));
 *
 * const headers = { 'last-event-id': '1' };
 * const response = await registry.fetch(new Request('http://localhost/ticks/2', { headers }));
 * console.log((await response.text()).trim().replace('\n', ' ')); // id: 2 data: {"tick":2}
 * ```
 */
export function sse<Params = Readonly<Record<string, string>>>(
  source: EventStreamSource<Params>,
  options: SseOptions = {},
): HttpHandler<Params> {
  assertOptions('sse', options, KNOWN);
  for (const [name, value] of Object.entries(options)) assertWhole('sse', name, value, 0, 2 ** 31 - 1);
  return (request, context) => {
    const channel = new Channel(request.headers['last-event-id'], context, options);
    return reply(
      channel.body(() => source(channel, request, context)),
      { headers: HEADERS },
    );
  };
}

/** No cache keeps it, no proxy compresses or gathers it. */
const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  // nginx and its like.
  'x-accel-buffering': 'no',
};

const KNOWN = ['keepAliveMs', 'retry', 'bufferedMs'];
