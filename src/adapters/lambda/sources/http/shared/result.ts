import { isUtf8 } from 'node:buffer';
import {
  type Awaitable,
  type BodyStream,
  collect,
  frameworkError,
  type RawResponse,
} from '../../../../../core/index.ts';
import type { HttpResult, HttpSourceName } from './types.ts';

type BufferedResponse = RawResponse & { body: string | Uint8Array | undefined };
type Shape = (response: RawResponse, body: string, isBase64Encoded: boolean) => HttpResult;

/** Collects a streamed body, encodes it, shapes the result and checks its size. */
export function finishResult(
  response: RawResponse,
  source: HttpSourceName,
  limit: number,
  shape: Shape,
): Awaitable<HttpResult> {
  const { body } = response;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array)
    return encode(response as BufferedResponse, source, limit, shape);
  return collect(limited(body, source, limit)).then((bytes) =>
    encode({ ...response, body: bytes }, source, limit, shape),
  );
}

function encode(response: BufferedResponse, source: HttpSourceName, limit: number, shape: Shape): HttpResult {
  const { body, headers } = response;
  if (body === undefined) return shape(response, '', false);
  // The gateway knows the length of what it gets whole.
  delete headers['content-length'];
  const text = asText(body, headers['content-type'], headers['content-encoding']);
  const result =
    text === undefined
      ? shape(response, toBuffer(body).toString('base64'), true)
      : shape(response, text, false);
  checkSize(result, source, limit);
  return result;
}

/** The body as a plain string, where that brings the same bytes to the client; otherwise base64 must. */
function asText(
  body: string | Uint8Array,
  type: string | undefined,
  encoding: string | undefined,
): string | undefined {
  // Compressed bytes are never text, whatever their type says.
  if (encoding !== undefined && encoding !== 'identity') return undefined;
  // REST APIs hand on base64 as it is unless they are told which types are binary: text must go as text.
  if (type !== undefined && !isTextType(type)) return undefined;
  if (typeof body === 'string') return body.isWellFormed() ? body : body.toWellFormed();
  return isUtf8(body) ? toBuffer(body).toString('utf8') : undefined;
}

function toBuffer(body: string | Uint8Array): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

const textTypes = new Map<string, boolean>();

/** `text/*`, JSON, XML, JavaScript and forms. Answers are kept: a service uses few types. */
function isTextType(type: string | undefined): boolean {
  if (type === undefined) return false;
  const known = textTypes.get(type);
  if (known !== undefined) return known;
  const bare = type.split(';', 1)[0]!.trim().toLowerCase();
  const answer = bare.startsWith('text/') || TEXT_APPLICATION.test(bare);
  if (textTypes.size < 100) textTypes.set(type, answer);
  return answer;
}

const TEXT_APPLICATION =
  /^(application\/(json|xml|javascript|x-javascript|ecmascript|x-www-form-urlencoded|graphql|x-ndjson|yaml)|[^/]+\/[^/]+\+(json|xml))$/;

/** JSON may write one character as six bytes, so anything under an eighth needs no counting. */
function checkSize(result: HttpResult, source: HttpSourceName, limit: number): void {
  if (result.body.length < limit / 8) return;
  const size = Buffer.byteLength(JSON.stringify(result));
  if (size > limit) throw tooLarge(source, limit, `${size}`);
}

/** Stops reading a stream that can no longer fit. */
async function* limited(body: BodyStream, source: HttpSourceName, limit: number): BodyStream {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw tooLarge(source, limit, `more than ${limit}`);
    yield chunk;
  }
}

function tooLarge(source: HttpSourceName, limit: number, size: string): Error {
  const what = `The response is ${size} bytes as JSON; ${source} takes ${limit}.`;
  return frameworkError('RESPONSE_TOO_LARGE', what);
}
