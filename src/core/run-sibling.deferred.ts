/** Calls between functions: no part of a start, since most functions call no other. */
import { Context } from './context.ts';
import { FunctionError, HandlerTimeout, toFunctionError } from './errors.ts';
import { toJsonText } from './json.ts';
import { collect } from './request.ts';
import { runFunction } from './run-function.ts';
import type { CompiledFunction } from './service.ts';
import { resultOf, type SiblingCall, type Siblings } from './siblings.ts';
import { isStream } from './streams.ts';

/** @throws FunctionError when the function that was waited for has failed */
export async function runSibling(
  siblings: Siblings,
  functions: ReadonlyMap<string, CompiledFunction>,
  { name, payload, wait, caller }: SiblingCall,
): Promise<unknown> {
  // By way of JSON in any case: payload and result are then what they are between two machines.
  const event: unknown = JSON.parse(payload);
  const { baseLogger: logger, metrics, traceId } = caller;
  const requestId = crypto.randomUUID();
  const context = new Context({ requestId, functionName: name, traceId, logger, metrics, event });
  const running = { abort: (reason: unknown) => context.interrupt(reason) };
  siblings.running.add(running);
  const result = run(functions.get(name)!, context).finally(() => {
    context.finish();
    siblings.running.delete(running);
  });
  if (!wait) {
    result.catch((error) => context.logger.error('function failed', { function: name, error }));
    return { requestId };
  }
  try {
    return resultOf(await result);
  } catch (error) {
    throw new FunctionError(errorOf(error));
  }
}

/** As Lambda would name it. */
function errorOf(thrown: unknown) {
  const error = toFunctionError(thrown);
  return thrown instanceof HandlerTimeout ? { ...error, errorType: 'Sandbox.Timedout' } : error;
}

async function run(entry: CompiledFunction, context: Context): Promise<string> {
  const value = await runFunction(entry, context.event, context);
  if (isStream(value)) return new TextDecoder().decode(await collect(value));
  return toJsonText(value ?? null);
}
