import type { Context } from './context.ts';
import type { CompiledFunction } from './service.ts';
import { isThenable } from './thenable.ts';
import type { Awaitable } from './types.ts';

/**
 * Runs a function or event handler within its limit and the adapter's; synchronous while the handler is.
 * @throws HandlerTimeout, and whatever the handler throws
 */
export function runFunction(entry: CompiledFunction, event: unknown, context: Context): Awaitable<unknown> {
  const value = entry.handler(event, context);
  if (!isThenable(value) || !context.startLimit(entry.options.timeoutMs)) return value;
  return new Promise((resolve, reject) => {
    context.waiter = { interrupt: reject };
    value.then(resolve, reject);
  });
}
