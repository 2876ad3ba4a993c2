/**
 * The JSON of a reply or a result. JSON.stringify makes `{}` of a Set, a Map, a promise and an error, and fails without
 * saying where at a BigInt: here sets and maps are arrays, and the rest is an error that names the path.
 */

/** What cannot be written as JSON. */
export class JsonError extends Error {
  override readonly name: string = 'JsonError';
}

/** How a value that JSON.stringify would have lost shows in its text; the second starts a typed array. */
const isSuspect = (text: string): boolean => text.includes('{}') || text.includes('{"0":');

/** @throws JsonError naming the path of what is no JSON value */
export function toJsonText(value: unknown): string {
  const text = attempt(value);
  // Looking for what was lost costs more than the text itself, so it is done only where something may have been.
  if (text !== undefined && !isSuspect(text)) return text;
  const lost = findLost(value, '', new Set());
  if (lost.problem !== undefined) throw new JsonError(lost.problem);
  if (lost.collections) return JSON.stringify(value, asArrays);
  if (text === undefined) throw new JsonError(`a ${typeof value} is no JSON value`);
  return text;
}

function attempt(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new JsonError(whyOf(value) ?? `it is no JSON value: ${(error as Error)?.message}`, {
      cause: error,
    });
  }
}

// A getter may throw here as it did before.
function whyOf(value: unknown): string | undefined {
  try {
    return findLost(value, '', new Set()).problem;
  } catch {
    return undefined;
  }
}

function asArrays(_key: string, value: unknown): unknown {
  return value instanceof Set || value instanceof Map ? [...value] : value;
}

/** Deeper than this nothing is looked for. */
const MOST_DEEP = 500;

interface Lost {
  readonly problem?: string;
  /** There is a Set or a Map. */
  readonly collections?: boolean;
}

/** @param above what holds `given` */
function findLost(given: unknown, path: string, above: Set<object>): Lost {
  const problem = problemOf(given, above);
  if (problem !== undefined) return { problem: path === '' ? problem : `${path}: ${problem}` };
  if (typeof given !== 'object' || given === null || hasToJson(given) || above.size > MOST_DEEP) return {};
  const collection = given instanceof Set || given instanceof Map;
  let collections = collection;
  above.add(given);
  for (const [key, value] of Object.entries(collection ? [...given] : given)) {
    const inside = findLost(value, `${path}${step(given, key)}`, above);
    if (inside.problem !== undefined) return inside;
    collections ||= inside.collections === true;
  }
  above.delete(given);
  return { collections };
}

function step(parent: object, key: string): string {
  if (Array.isArray(parent) || parent instanceof Set || parent instanceof Map) return `[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function hasToJson(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

function problemOf(value: unknown, above: ReadonlySet<object>): string | undefined {
  if (typeof value === 'bigint' && !hasToJson(Object(value)))
    return 'a BigInt has no JSON, make it a string or a number';
  if (typeof value !== 'object' || value === null) return undefined;
  if (above.has(value)) return 'a circle, the value holds itself';
  if (hasToJson(value)) return undefined;
  if (typeof (value as { then?: unknown }).then === 'function') return 'a promise, await it first';
  if (value instanceof Error) return 'an Error, whose JSON is {}: send its message, or throw it';
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return 'bytes inside a JSON value: encode them as base64';
  return undefined;
}
