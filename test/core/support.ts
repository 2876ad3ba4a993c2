import {
  Context,
  type ContextInit,
  createLogger,
  type RawRequest,
  type Registry,
} from '../../src/core/index.ts';

/** A request as an adapter would build it. */
export function rawRequest(method: string, path: string, rest: Partial<RawRequest> = {}): RawRequest {
  const base = {
    rawQuery: '',
    headers: {},
    body: undefined,
    clientIp: '203.0.113.7',
    scheme: 'https',
  } as const;
  return { ...base, method, path, ...rest };
}

export interface Recorded {
  readonly context: Context;
  /** The log lines, parsed. */
  readonly lines: Record<string, unknown>[];
}

export function recorded(init: Partial<ContextInit> = {}): Recorded {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ level: 'TRACE', write: (line) => lines.push(JSON.parse(line)) });
  return { lines, context: new Context({ requestId: 'r-1', functionName: 'svc', logger, ...init }) };
}

/** Dispatches one request and gives the response response with what was logged. */
export async function send(registry: Registry, method: string, path: string, rest: Partial<RawRequest> = {}) {
  const { context, lines } = recorded();
  const response = await registry.freeze().dispatch(rawRequest(method, path, rest), context);
  const json = () => JSON.parse(String(response.body));
  return { ...response, json, lines };
}

/** mulberry32: the same sequence for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
