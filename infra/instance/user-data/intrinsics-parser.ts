import type { Argument, Intrinsic } from '../../intrinsics.ts';

/** Where an inline expression starts: `{`, then one of CloudFormation's own keys. */
export const INLINE_START = /\{(?=\s*"(?:Ref|Condition|Fn::\w*)"\s*:)/;

/** Index just after the JSON object that starts at `start`, or -1 when it never ends. */
export function jsonEnd(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (quoted) {
      if (char === '\\') i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return i + 1;
  }
  return -1;
}

type Shape = (value: unknown) => Intrinsic;

const SHAPES: Readonly<Record<string, Shape>> = {
  Ref: (value) => ({ Ref: name(value, 'Ref takes the name of a parameter or resource') }),
  'Fn::GetAtt': (value) => ({ 'Fn::GetAtt': attributePath(value) }),
  'Fn::FindInMap': (value) => {
    const [map, top, second, ...more] = list(value, 'Fn::FindInMap takes [map, top key, second key]');
    if (more.length > 0) throw new TypeError('Fn::FindInMap takes three values');
    return { 'Fn::FindInMap': [argument(map), argument(top), argument(second)] };
  },
  'Fn::Sub': (value) => ({ 'Fn::Sub': substitution(value) }),
  'Fn::ImportValue': (value) => ({ 'Fn::ImportValue': argument(value) }),
  'Fn::Join': (value) => {
    const [delimiter, parts, ...more] = list(value, 'Fn::Join takes [delimiter, list]');
    if (typeof delimiter !== 'string' || more.length > 0)
      throw new TypeError('Fn::Join takes [delimiter, list]');
    return { 'Fn::Join': [delimiter, Array.isArray(parts) ? parts.map(argument) : expression(parts)] };
  },
};

/**
 * Checks the shape of a parsed inline expression and gives its normal form
 * (`"A.B"` of Fn::GetAtt becomes `["A", "B"]`).
 *
 * @throws TypeError telling what is wrong with it
 */
export function expression(value: unknown): Intrinsic {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`expected an intrinsic function, not ${JSON.stringify(value)}`);
  }
  const [key, ...more] = Object.keys(value);
  if (key === undefined || more.length > 0) {
    throw new TypeError(
      `an intrinsic function has exactly one key, not ${more.length + (key === undefined ? 0 : 1)}`,
    );
  }
  if (!Object.hasOwn(SHAPES, key)) {
    throw new TypeError(`${key} is not supported here (${Object.keys(SHAPES).join(', ')})`);
  }
  return SHAPES[key]!((value as Record<string, unknown>)[key]);
}

function argument(value: unknown): Argument {
  return typeof value === 'string' ? value : expression(value);
}

function name(value: unknown, problem: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(problem);
}

function list(value: unknown, problem: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(problem);
}

function attributePath(value: unknown): readonly [string, Argument] {
  const problem = 'Fn::GetAtt takes ["Resource", "Attribute"] or "Resource.Attribute"';
  if (typeof value === 'string') {
    const dot = value.indexOf('.');
    if (dot < 1 || dot === value.length - 1) throw new TypeError(problem);
    return [value.slice(0, dot), value.slice(dot + 1)];
  }
  const [owner, attribute, ...more] = list(value, problem);
  if (more.length > 0 || attribute === undefined) throw new TypeError(problem);
  return [
    name(owner, problem),
    typeof attribute === 'string' ? name(attribute, problem) : expression(attribute),
  ];
}

function substitution(value: unknown): string | readonly [string, Record<string, Argument>] {
  const problem = 'Fn::Sub takes "text" or ["text", {"Name": value}]';
  if (typeof value === 'string') return value;
  const [text, names, ...more] = list(value, problem);
  if (typeof text !== 'string' || typeof names !== 'object' || names === null || Array.isArray(names)) {
    throw new TypeError(problem);
  }
  if (more.length > 0) throw new TypeError(problem);
  return [text, Object.fromEntries(Object.entries(names).map(([key, given]) => [key, argument(given)]))];
}
