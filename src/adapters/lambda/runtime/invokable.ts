import { RuntimeFailure } from '../../../aws/function-result.ts';
import {
  type Awaitable,
  type Context,
  HTTP_HANDLER,
  runFunction,
  type Service,
} from '../../../core/index.ts';

import { httpOptionsFrom, invokeHttp } from '../sources/http/invoke.ts';

/** Anything that an event can be handed to. */
export type Invokable = (event: unknown, context: Context) => Awaitable<unknown>;

/** What people leave in the handler field when it means nothing to them. */
const NO_CHOICE = new Set(['', 'bootstrap', 'index.handler']);

/**
 * The function or event handler of this name, or the routes for `http`; `undefined` if there is none.
 * @throws ConfigError for a bad AMPHI_BASE_PATH
 * @example
 * ```ts
 * import { Context, createLogger, createRegistry } from 'amphi';
 * import { resolveFunction } from 'amphi/lambda';
 *
 * const registry = createRegistry({ name: 'math' });
 * registry.function('double', (event: { n: number }) => event.n * 2);
 * const service = registry.freeze();
 * const logger = createLogger({ write: (line) => process.stderr.write(line) });
 * const context = new Context({ requestId: '1', functionName: 'double', logger });
 *
 * console.log(await resolveFunction(service, 'double')!({ n: 21 }, context)); // 42
 * console.log(resolveFunction(service, 'triple')); // undefined
 * ```
 */
export function resolveFunction(service: Service, name: string): Invokable | undefined {
  if (name === HTTP_HANDLER) return service.routes.length === 0 ? undefined : routesOf(service);
  const entry = service.functions.get(name);
  return entry && ((event, context) => runFunction(entry, event, context));
}

// The options are read here and not at the first event, so that a mistake in them is an error at start.
function routesOf(service: Service): Invokable {
  const options = httpOptionsFrom(process.env);
  return (event, context) => invokeHttp(service, event, context, options);
}

/**
 * The name of what `_HANDLER` asks for. Without a choice: the routes, else the only function.
 * @throws RuntimeFailure listing the names there are
 */
export function chooseHandler(service: Service, handler: string | undefined): string {
  const wanted = handler ?? '';
  if (resolveFunction(service, wanted)) return wanted;
  const known = service.handlerNames;
  if (!NO_CHOICE.has(wanted)) {
    throw notFound(`there is no handler ${JSON.stringify(wanted)}, use ${list(known)}`);
  }
  if (known.length === 1 || known[0] === HTTP_HANDLER) return known[0]!;
  throw notFound(`_HANDLER is ${JSON.stringify(wanted)}, which chooses nothing: set it to ${list(known)}`);
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing: the registry is empty' : `one of ${names.join(', ')}`;
}

function notFound(message: string): RuntimeFailure {
  return new RuntimeFailure('Runtime.HandlerNotFound', message);
}
