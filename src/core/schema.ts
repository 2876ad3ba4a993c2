import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ConfigError, HttpError } from './errors.ts';
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
}

/** The outputs of a route's schemas: `request.valid`. */
export type ValidOf<S extends RouteSchema> = {
  -readonly [K in keyof S]: S[K] extends StandardSchema<infer Output> ? Output : never;
};

const PARTS = ['params', 'query', 'headers', 'body'] as const;

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
  for (const part of PARTS) {
    const validator = schema[part];
    if (validator === undefined) continue;
    const result = await validator['~standard'].validate(await partOf(part, request));
    if (result.issues) throw failed(part, result.issues);
    valid[part] = result.value;
  }
  return valid;
}

function partOf(part: (typeof PARTS)[number], request: HttpRequest): unknown {
  if (part === 'body') return request.json();
  if (part === 'query') return queryObject(request.query);
  return request[part];
}

function queryObject(query: URLSearchParams): Record<string, string | string[]> {
  const out: Record<string, string | string[]> = Object.create(null);
  for (const key of new Set(query.keys())) {
    const values = query.getAll(key);
    out[key] = values.length === 1 ? values[0]! : values;
  }
  return out;
}

function failed(part: string, issues: readonly StandardSchemaV1.Issue[]): HttpError {
  const lines = issues.map((issue) => `${[part, ...pathOf(issue)].join('.')}: ${issue.message}`);
  return new HttpError(400, 'VALIDATION_FAILED', lines.join('; '));
}

function pathOf(issue: StandardSchemaV1.Issue): string[] {
  return (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step));
}
