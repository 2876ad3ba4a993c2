/** The package `amphi/http-kit`: what HTTP handlers need often, each a module of its own. */
export type { EventStream, SseOptions } from './event-channel.ts';
export type { ServerSentEvent } from './event-text.ts';
export { multipart } from './multipart.ts';
export { type EventStreamSource, sse } from './sse.ts';
export { staticFiles } from './static-files.ts';
export type { StaticFilesOptions } from './static-options.ts';
export { textFile } from './text-file.ts';
