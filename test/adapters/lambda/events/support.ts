import { SAMPLES } from '../../../../src/adapters/lambda/sources/samples/index.ts';
import { type Awaitable, Context, createLogger, type EventSource } from '../../../../src/core/index.ts';

type Line = Record<string, unknown>;

/** A context whose log lines are kept. */
export function testContext(remainingMs?: number): { context: Context; lines: Line[] } {
  const lines: Line[] = [];
  const logger = createLogger({ level: 'DEBUG', write: (line) => lines.push(JSON.parse(line)) });
  const deadline = remainingMs === undefined ? undefined : Date.now() + remainingMs;
  return { context: new Context({ requestId: 'r1', functionName: 'f', logger, deadline }), lines };
}

/** A copy of a sample event, to be changed. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into events of many shapes
export async function sampleOf(name: string): Promise<any> {
  return structuredClone(await SAMPLES[name]!.load());
}

/** Runs a source on an event and gives what the handler got and what Lambda would get. */
export async function runOn<Payload, Result>(
  source: EventSource<Payload, Result>,
  event: unknown,
  handle: NoInfer<(payload: Payload, seen: readonly Payload[]) => Awaitable<Result>> = () =>
    undefined as Result,
  remainingMs?: number,
  // biome-ignore lint/suspicious/noExplicitAny: tests look at results of many shapes
): Promise<{ seen: Payload[]; result: any; lines: Line[]; context: Context }> {
  const { context, lines } = testContext(remainingMs);
  const seen: Payload[] = [];
  const result = await source.run(event, context, async (payload) => {
    seen.push(payload);
    return handle(payload, seen);
  });
  context.finish();
  return { seen, result, lines, context };
}

export const failures = (...ids: string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

export function fail(message = 'no'): never {
  throw new Error(message);
}
