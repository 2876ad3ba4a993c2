import { resolveFunction } from '../adapters/lambda/index.ts';
import { collectResult } from '../aws/function-result.ts';
import { ConfigError, Context, type Logger, type Registry } from '../core/index.ts';
import { started } from './started.ts';

export interface InvokeFunctionOptions {
  /** `context.requestId`; default a new one. */
  readonly requestId?: string;
  /** How long the handler may take, ms; also `context.deadline`. Default any time. */
  readonly timeoutMs?: number;
  /** Default JSON lines on standard error, by `AMPHI_LOG_LEVEL`. */
  readonly logger?: Logger;
}

/**
 * Runs a function or event handler and gives the result that its caller would get: JSON both ways, so a Date comes back as
 * text and nothing as `null`; what is no JSON, such as some streams, as text. Functions that it calls by `context.invoke`
 * run in this process. The first call runs the hooks of `onStart`; `registry.close()` in the end runs those of `onStop`.
 * @throws ConfigError for an unknown name; whatever the handler throws; RuntimeFailure for a result that is no JSON value
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { sqs } from 'amphi/events';
 * import { event, invokeFunction } from 'amphi/testing';
 *
 * const registry = createRegistry({ name: 'shop' });
 * registry.function('double', ({ n }: { n: number }) => n * 2);
 * registry.event('pack', sqs<{ id: number }>({ body: 'json' }), ({ body }) => {
 *   if (body.id === 13) throw new Error('out of stock');
 * });
 *
 * console.log(await invokeFunction(registry, 'double', { n: 21 })); // 42
 * const packed = await invokeFunction(registry, 'pack', event('sqs', [{ body: { id: 13 } }, { body: { id: 14 } }]));
 * console.log((packed as { batchItemFailures: unknown[] }).batchItemFailures.length); // 1
 * await registry.close();
 * ```
 */
export async function invokeFunction<Result = unknown>(
  registry: Registry,
  name: string,
  event?: unknown,
  { requestId = crypto.randomUUID(), timeoutMs, logger }: InvokeFunctionOptions = {},
): Promise<Result> {
  const { service, log } = await started(registry, logger);
  const invokable = resolveFunction(service, name);
  if (invokable === undefined) {
    const known = service.handlerNames.join(', ') || 'nothing';
    throw new ConfigError(`invokeFunction: there is no function ${JSON.stringify(name)}, there is ${known}`);
  }
  const given: unknown = JSON.parse(JSON.stringify(event ?? null));
  const context = new Context({ requestId, functionName: name, timeoutMs, logger: log, event: given });
  try {
    const text = (await collectResult(await invokable(given, context))).toString();
    return parsed(text) as Result;
  } finally {
    context.finish();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
