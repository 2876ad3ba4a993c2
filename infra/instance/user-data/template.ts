import type { Argument, Intrinsic } from '../../intrinsics.ts';
import { expression, INLINE_START, jsonEnd } from './intrinsics-parser.ts';

/** A mistake in a template; `line` counts from 1 and `text` is that line. */
export class MarkupError extends Error {
  readonly line: number;
  readonly text: string;

  constructor(source: string, index: number, problem: string) {
    const line = source.slice(0, index).split('\n').length;
    const text = source.split('\n')[line - 1]!.replace(/\r$/, '');
    super(`line ${line}: ${problem}: ${text.length > 120 ? `${text.slice(0, 120)}...` : text}`);
    this.name = 'MarkupError';
    this.line = line;
    this.text = text;
  }
}

/**
 * Values of `{{ .Name }}`; a list is several pieces in a row. A string is data: it is never read as markup or as an
 * expression again.
 */
export type MarkupValues = Readonly<Record<string, Argument | number | readonly Argument[]>>;

const PLACEHOLDER = /\{\{\s*(?:\.([A-Za-z_]\w*)|"(\{\{)")\s*\}\}/y;
const OPENING = new RegExp(`\\{\\{|${INLINE_START.source}`, 'g');

/**
 * Expands a template: `{{ .Name }}` becomes its value, `{{"{{"}}` two braces, and inline JSON such as
 * `{"Ref":"AWS::Region"}` or `{ "Fn::GetAtt": "Db.Endpoint" }` an expression. Everything else stays as it is,
 * blank lines, CR, `${FOO}` and `{a,b}` included.
 *
 * @returns the literal pieces and expressions in order, no two literals side by side, none empty
 * @throws MarkupError for a missing key, unterminated JSON or an expression of the wrong shape
 * @example
 * ```ts
 * import { expandMarkup } from 'amphi/infra';
 *
 * const parts = expandMarkup('aws --region {"Ref":"AWS::Region"} s3 ls {{ .Bucket }}', { Bucket: 'logs' });
 * console.log(JSON.stringify(parts)); // ["aws --region ",{"Ref":"AWS::Region"}," s3 ls logs"]
 * ```
 */
export function expandMarkup(source: string, values: MarkupValues): Argument[] {
  const parts: Argument[] = [];
  let done = 0;
  OPENING.lastIndex = 0;
  for (let match = OPENING.exec(source); match !== null; match = OPENING.exec(source)) {
    append(parts, source.slice(done, match.index));
    const [found, end] =
      match[0] === '{{' ? readPlaceholder(source, match.index, values) : readInline(source, match.index);
    for (const part of found) append(parts, part);
    done = end;
    OPENING.lastIndex = end;
  }
  append(parts, source.slice(done));
  return parts;
}

/**
 * One string where there are no expressions, else one Fn::Join of all pieces.
 * @example
 * ```ts
 * import { joinParts, ref } from 'amphi/infra';
 *
 * console.log(joinParts(['plain'])); // plain
 * console.log(JSON.stringify(joinParts(['in ', ref('AWS::Region')]))); // {"Fn::Join":["",["in ",{"Ref":"AWS::Region"}]]}
 * ```
 */
export function joinParts(parts: readonly Argument[]): Argument {
  if (parts.length === 0) return '';
  return parts.length === 1 ? parts[0]! : { 'Fn::Join': ['', parts] };
}

/** The pieces as one text, expressions as their JSON: for reading and for linters, not for a machine to run. */
export function readable(parts: readonly Argument[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join('');
}

/** The pieces with no two literals side by side, none empty. */
export function mergedParts(parts: readonly Argument[]): Argument[] {
  const merged: Argument[] = [];
  for (const part of parts) append(merged, part);
  return merged;
}

function append(parts: Argument[], part: Argument): void {
  if (part === '') return;
  const last = parts.at(-1);
  if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
  else parts.push(part);
}

function readPlaceholder(source: string, start: number, values: MarkupValues): [readonly Argument[], number] {
  PLACEHOLDER.lastIndex = start;
  const match = PLACEHOLDER.exec(source);
  if (match === null) {
    throw new MarkupError(source, start, 'expected {{ .Name }} (write {{"{{"}} for two literal braces)');
  }
  const end = start + match[0].length;
  const key = match[1];
  if (key === undefined) return [[match[2]!], end];
  if (!Object.hasOwn(values, key)) {
    const known = Object.keys(values).join(', ') || 'none';
    throw new MarkupError(source, start, `no value for the template key .${key} (known: ${known})`);
  }
  const value = values[key]!;
  return [isList(value) ? value : [typeof value === 'number' ? String(value) : value], end];
}

/** `Array.isArray` does not narrow lists that are read-only. */
const isList = (value: MarkupValues[string]): value is readonly Argument[] => Array.isArray(value);

function readInline(source: string, start: number): [readonly Intrinsic[], number] {
  const end = jsonEnd(source, start);
  if (end < 0) throw new MarkupError(source, start, 'the JSON expression never ends');
  let parsed: unknown;
  try {
    parsed = JSON.parse(source.slice(start, end));
  } catch (error) {
    throw new MarkupError(source, start, `not a JSON expression (${(error as Error).message})`);
  }
  try {
    return [[expression(parsed)], end];
  } catch (error) {
    throw new MarkupError(source, start, (error as Error).message);
  }
}
