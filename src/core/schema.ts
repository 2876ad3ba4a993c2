import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ConfigError, HttpError } from './errors.ts';
import { badReply, copyReply, isNativeResponse, Reply } from './reply.ts';
import type { HttpRequest } from './types.ts';

/** A schema of any library that implements Standard Schema v1 (https://standardschema.dev): zod, valibot, arktype ... */
export type StandardSchema<Output = unknown> = StandardSchemaV1<unknown, Output>;

/** Schemas of a route. `query` sees an object of string, or string[] where a key is repeated. */
export interface RouteSchema {
  readonly params?: StandardSchema;
  readonly query?: StandardSchema;
  readonly headers?: StandardSchema;
  /** Sees the parsed JSON body. */
  readonly body?: StandardSchema;
  /** Sees what the handler returns, for a success; its output is sent, so it also takes away what may not be shown. */
  readonly response?: StandardSchema;
}

/** The outputs of a route's schemas: `request.valid`. */
export type ValidOf<S extends RouteSchema> = {
  -readonly [K in Exclude<keyof S, 'response'>]: S[K] extends StandardSchema<infer Output> ? Output : never;
};

/** What a handler may return: anything, unless there is a schema for the response. */
export type ResultOf<S extends RouteSchema> = S extends { readonly response: infer R }
  ? InputOf<R> | Reply<InputOf<R>> | Response
  : unknown;

type InputOf<R> = R extends {
  readonly '~standard': { readonly types?: { readonly input: infer Input } | undefined };
}
  ? Input
  : never;

const REQUEST_PARTS = ['params', 'query', 'headers', 'body'] as const;
const PARTS = [...REQUEST_PARTS, 'response'] as const;

/** @throws ConfigError naming the part that is no Standard Schema */
export function assertRouteSchema(schema: RouteSchema, where: string): void {
  for (const [part, value] of Object.entries(schema)) {
    if (!(PARTS as readonly string[]).includes(part)) {
      throw new ConfigError(`${where}: schema.${part} is unknown, use one of ${PARTS.join(', ')}`);
    }
    if (typeof value?.['~standard']?.validate !== 'function') {
      throw new ConfigError(`${where}: schema.${part} is not a Standard Schema`);
    }
  }
}

/**
 * Validates each part that has a schema, in the order params, query, headers, body.
 * @throws HttpError 400 `VALIDATION_FAILED` naming part and path of each issue
 */
export async function validateRequest(
  schema: RouteSchema,
  request: HttpRequest,
): Promise<Record<string, unknown>> {
  const valid: Record<string, unknown> = {};
  for (const part of REQUEST_PARTS) {
    const validator = schema[part];
    if (validator === undefined) continue;
    const result = await validator['~standard'].validate(await partOf(part, request));
    if (result.issues) throw failed(part, result.issues);
    valid[part] = result.value;
  }
  return valid;
}

function partOf(part: (typeof REQUEST_PARTS)[number], request: HttpRequest): unknown {
  if (part === 'body') return request.json();
  if (part === 'query') return queryObject(request.query);
  return request[part];
}

// One pass: URLSearchParams looks through all pairs for each `getAll`.
function queryObject(query: URLSearchParams): Record<string, string | string[]> {
  const out: Record<string, string | string[]> = Object.create(null);
  for (const [key, value] of query) {
    const known = out[key];
    if (known === undefined) out[key] = value;
    else if (typeof known === 'string') out[key] = [known, value];
    else known.push(value);
  }
  return out;
}

/**
 * Validates what a handler returned, where it is a success with a JSON body.
 * @throws ConfigError with the path of each issue: the handler breaks its own promise, so the client gets a 500
 */
export async function validateResponse(schema: StandardSchema, value: unknown): Promise<unknown> {
  if (isNativeResponse(value)) return value;
  const given = value instanceof Reply ? value : undefined;
  if (given !== undefined && (given.status ?? 200) >= 300) return value;
  const result = await schema['~standard'].validate(given ? given.body : value);
  if (result.issues) {
    throw badReply(`the reply does not fit its schema: ${listOf('response', result.issues)}`);
  }
  if (given === undefined) return result.value;
  const reply = copyReply(given);
  reply.body = result.value;
  return reply;
}

function failed(part: string, issues: readonly StandardSchemaV1.Issue[]): HttpError {
  return new HttpError(400, 'VALIDATION_FAILED', listOf(part, issues));
}

function listOf(part: string, issues: readonly StandardSchemaV1.Issue[]): string {
  return issues.map((issue) => `${[part, ...pathOf(issue)].join('.')}: ${issue.message}`).join('; ');
}

function pathOf(issue: StandardSchemaV1.Issue): string[] {
  return (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step));
}
