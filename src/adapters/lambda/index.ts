/** The package `amphi/lambda`: running events by hand, and the Runtime API loop. */
export {
  invokeHttp,
  isHttpEvent,
  type StreamedResult,
  type StreamPrelude,
  streamHttp,
} from './http-events.ts';
export { type Invokable, resolveFunction } from './invokable.ts';
export { runLambda } from './runtime.ts';
