/** The package `amphi/lambda`: running events by hand, and the Runtime API loop. */

export { type Invokable, resolveFunction } from './runtime/invokable.ts';
export { runLambda } from './runtime/run.ts';
export {
  invokeHttp,
  isHttpEvent,
  type StreamedResult,
  type StreamPrelude,
  streamHttp,
} from './sources/http/invoke.ts';
