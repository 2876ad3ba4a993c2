import { RecordError } from './decode.ts';
import { malformedEvent } from './event-source.ts';

/**
 * What a part of an event must be. `time` is a text that is a date, `stamp` one of milliseconds, `seconds` and `millis` are numbers since 1970, and
 * `texts`, `objects` and `bytes` are lists; with `?` it may be missing or null.
 */
type Kind =
  | 'text'
  | 'number'
  | 'time'
  | 'stamp'
  | 'seconds'
  | 'millis'
  | 'object'
  | 'texts'
  | 'objects'
  | 'bytes';
export type Parts = Readonly<Record<string, Kind | `${Kind}?`>>;

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isListOf = (of: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(of);
const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isDate = (given: unknown): boolean => !Number.isNaN(new Date(given as string).getTime());

const KINDS: Readonly<Record<Kind, readonly [name: string, is: (value: unknown) => boolean]>> = {
  text: ['a string', isText],
  number: ['a number', isNumber],
  time: ['a date', (value) => isText(value) && isDate(value)],
  stamp: ['milliseconds since 1970', (value) => isText(value) && isDate(Number(value))],
  seconds: ['seconds since 1970', (value) => isNumber(value) && isDate((value as number) * 1000)],
  millis: ['milliseconds since 1970', (value) => isNumber(value) && isDate(value)],
  object: ['an object', isObject],
  texts: ['a list of strings', isListOf(isText)],
  objects: ['a list of objects', isListOf(isObject)],
  bytes: ['a list of bytes', isListOf(isNumber)],
};

/** A part as it is looked for. */
interface Check {
  readonly path: string;
  readonly names: readonly string[];
  readonly optional: boolean;
  readonly want: string;
  readonly is: (value: unknown) => boolean;
}

/** Of each table, made at its first record: a batch may have thousands. */
const known = new WeakMap<Parts, readonly Check[]>();

function checksOf(parts: Parts): readonly Check[] {
  let checks = known.get(parts);
  if (checks === undefined) {
    checks = Object.entries(parts).map(([path, kind]) => {
      const optional = kind.endsWith('?');
      const [want, is] = KINDS[(optional ? kind.slice(0, -1) : kind) as Kind];
      return { path, names: path.split('.'), optional, want, is };
    });
    known.set(parts, checks);
  }
  return checks;
}

/** What is wrong with the first part that is, with its path; `undefined` where all are right. */
export function partProblem(value: unknown, parts: Parts): string | undefined {
  for (const { path, names, optional, want, is } of checksOf(parts)) {
    let given = value;
    for (const name of names) given = (given as Record<string, unknown> | null | undefined)?.[name];
    if ((given === undefined || given === null) && optional) continue;
    if (!is(given)) return `${path} is ${shown(given)}, not ${want}`;
  }
  return undefined;
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  return (JSON.stringify(value) ?? typeof value).slice(0, 40);
}

/** @throws HttpError 400 `UNSUPPORTED_EVENT` naming the path in the event */
export function requireParts(source: string, value: unknown, parts: Parts, where = ''): void {
  const problem = partProblem(value, parts);
  if (problem !== undefined) throw malformedEvent(source, `${where}${problem}`);
}

/** Of one record of a batch, which fails alone. @throws RecordError naming the path in the record */
export function requireRecordParts(source: string, id: string, record: unknown, parts: Parts): void {
  const problem = partProblem(record, parts);
  if (problem !== undefined) throw new RecordError(source, id, problem);
}
