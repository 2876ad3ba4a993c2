import { RESPONSE_LIMIT } from './limits.ts';

/**
 * What every server of Lambda's Invoke API shares: names, headers and the errors of the service
 * model. Source: the API reference of AWS Lambda, operations Invoke and InvokeWithResponseStream.
 */

/** The model spells the member `Message` for these, `message` for the others. */
const CAPITAL_MESSAGE = new Set(['ResourceNotFoundException', 'ServiceException']);

/** An error that the Invoke API itself answers with, in the shape of Lambda's service model. */
export class InvokeApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly #extra: Readonly<Record<string, string>>;

  constructor(status: number, type: string, message: string, extra: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.type = type;
    this.#extra = extra;
  }

  toBody(): string {
    const key = CAPITAL_MESSAGE.has(this.type) ? 'Message' : 'message';
    return JSON.stringify({
      ...this.#extra,
      Type: this.status < 500 ? 'User' : 'Service',
      [key]: this.message,
    });
  }
}

export const badContent = (message: string) =>
  new InvokeApiError(400, 'InvalidRequestContentException', message);

export const badParameter = (message: string) =>
  new InvokeApiError(400, 'InvalidParameterValueException', message);

export const tooLarge = (limit: number) =>
  new InvokeApiError(413, 'RequestTooLargeException', `Request must be smaller than ${limit} bytes.`);

export const notFound = (arn: string) =>
  new InvokeApiError(404, 'ResourceNotFoundException', `Function not found: ${arn}`);

export const tooMany = (reason: string) =>
  new InvokeApiError(429, 'TooManyRequestsException', 'Rate Exceeded.', { Reason: reason });

/** The name in a path of the Invoke API: a name, a partial or a full ARN, each with or without a qualifier. */
const ARN =
  /^(?:(?:arn:[a-z0-9-]+:lambda:[a-z0-9-]+:)?\d{12}:function:)?([A-Za-z0-9_-]{1,64})(?::([A-Za-z0-9$_-]{1,128}))?$/;

/**
 * The plain name; the qualifier is dropped, for one process serves one version.
 * @throws InvokeApiError 400 for what is no name
 */
export function functionNameOf(given: string): string {
  const name = ARN.exec(given)?.[1];
  if (name === undefined) throw badParameter(`${JSON.stringify(given)} is no function name or ARN.`);
  return name;
}

type Env = Readonly<Record<string, string | undefined>>;

export const regionOf = (env: Env): string => env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';

/** The ARN that a function sees: the real account and name are not known here. */
export function localArn(name: string, env: Env): string {
  return `arn:aws:lambda:${regionOf(env)}:000000000000:function:${name}`;
}

/** Headers as node:http gives them. */
export type RawHeaders = Readonly<Record<string, string | string[] | undefined>>;

export function singleHeader(headers: RawHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * The value of a header that is an enumeration; the first is its default.
 * @throws InvokeApiError 400 naming the header
 */
export function oneOf<T extends string>(headers: RawHeaders, name: string, values: readonly [T, ...T[]]): T {
  const given = singleHeader(headers, name) ?? values[0];
  const known = values.find((value) => value === given);
  if (known !== undefined) return known;
  throw badParameter(`${name} ${JSON.stringify(given)}: it must be one of ${values.join(', ')}.`);
}

const decoder = new TextDecoder();

/** An empty payload is `{}`. @throws InvokeApiError 400 for what is no JSON */
export function parsePayload(payload: Uint8Array): unknown {
  if (payload.length === 0) return {};
  try {
    return JSON.parse(decoder.decode(payload));
  } catch (error) {
    throw badContent(`Could not parse request body into json: ${(error as Error).message}`);
  }
}

/** X-Amz-Client-Context. @throws InvokeApiError 400 for what is no base64 of JSON */
export function parseClientContext(headers: RawHeaders): unknown {
  const encoded = singleHeader(headers, 'x-amz-client-context');
  if (encoded === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString());
  } catch {
    throw badContent('Client context must be a valid Base64-encoded JSON object.');
  }
}

/** What a caller is told of an invocation that took too long, as Lambda words it. */
export function timedOut(requestId: string, timeoutMs: number): { type: string; message: string } {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return {
    type: 'Sandbox.Timedout',
    message: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
  };
}

export const RESPONSE_TOO_LARGE = {
  type: 'Function.ResponseSizeTooLarge',
  message: `Response payload size exceeded maximum allowed payload size (${RESPONSE_LIMIT} bytes).`,
} as const;
