import { Gathered } from '../../../core/index.ts';

/** What a Function URL sends its client. */
export interface UrlReply {
  readonly status: number;
  /** Set-Cookie may have several values. */
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer;
}

/** The gateway decides on these itself. */
const OWN = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade']);

/**
 * The reply that a buffered result stands for: an object with `statusCode`, or any other JSON as itself.
 * @returns `undefined` for what a Function URL would answer with a 502
 */
export function replyOf(payload: Buffer): UrlReply | undefined {
  const result = parse(payload);
  if (result === undefined) return undefined;
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: payload };
  }
  const head = headOf(result);
  const { body, isBase64Encoded } = result as { body?: unknown; isBase64Encoded?: unknown };
  if (!head || (body !== undefined && body !== null && typeof body !== 'string')) return undefined;
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
  if (bytes.length > 0) head.headers['content-type'] ??= 'application/json';
  return { ...head, body: bytes };
}

/** Status and headers of a result or a stream's prelude. */
export function headOf(result: object): Omit<UrlReply, 'body'> | undefined {
  const { statusCode, headers = {}, cookies = [] } = result as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (typeof headers !== 'object' || !Array.isArray(cookies)) return undefined;
  const out: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!OWN.has(name.toLowerCase())) out[name.toLowerCase()] = String(value);
  }
  if (cookies.length > 0) out['set-cookie'] = cookies.map(String);
  return { status, headers: out };
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString());
  } catch {
    return undefined;
  }
}

export const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';
const PRELUDE_END = Buffer.alloc(8);
/** Lambda's limit is not documented; this much JSON is no head of a response. */
const LONGEST_PRELUDE = 1024 * 1024;

/** Reads the prelude off the front of a stream: JSON, then eight NULs. */
export class PreludeReader {
  readonly #data = new Gathered();

  /**
   * @returns `undefined` while it is not whole
   * @throws Error when it never will be
   */
  push(data: Buffer): { head: Omit<UrlReply, 'body'>; rest: Buffer } | undefined {
    const searched = Math.max(0, this.#data.length - PRELUDE_END.length + 1);
    const all = this.#data.add(data);
    const end = all.indexOf(PRELUDE_END, searched);
    if (end < 0 && all.length <= LONGEST_PRELUDE) return undefined;
    const prelude = end < 0 ? undefined : parse(all.subarray(0, end));
    const head = typeof prelude === 'object' && prelude ? headOf({ statusCode: 200, ...prelude }) : undefined;
    if (!head) throw new Error('the stream has no prelude');
    return { head, rest: all.subarray(end + PRELUDE_END.length) };
  }
}
