/**
 * How DynamoDB's numbers, which may have 38 digits, reach the handler. `number` refuses whole numbers beyond 2^53,
 * which would lose digits; `bigint` gives those as bigint; `string` gives every number as a string.
 */
export type NumberMode = 'number' | 'bigint' | 'string';

type Attribute = Readonly<Record<string, unknown>>;
type Convert = (value: never, numbers: NumberMode, path: string) => unknown;

const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** Each type with what its value must be, and how it is converted. */
const CONVERT: Readonly<Record<string, readonly [is: (value: unknown) => boolean, convert: Convert]>> = {
  S: [isText, (value: string) => value],
  N: [isText, (value: string, numbers, path) => numberOf(value, numbers, path)],
  B: [isText, (value: string) => bytesOf(value)],
  BOOL: [(value) => typeof value === 'boolean', (value: boolean) => value],
  NULL: [() => true, () => null],
  M: [
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    (value: Readonly<Record<string, Attribute>>, numbers, path) => unmarshall(value, numbers, path),
  ],
  L: [
    Array.isArray,
    (value: readonly Attribute[], numbers, path) =>
      value.map((item, i) => unmarshallValue(item, numbers, `${path}[${i}]`)),
  ],
  SS: [isTexts, (value: readonly string[]) => new Set(value)],
  NS: [
    isTexts,
    (value: readonly string[], numbers, path) => new Set(value.map((item) => numberOf(item, numbers, path))),
  ],
  BS: [isTexts, (value: readonly string[]) => new Set(value.map(bytesOf))],
};

/**
 * DynamoDB's attribute values as plain values: maps are objects, lists arrays, sets are Set, binary is bytes.
 * @throws Error naming the attribute
 */
export function unmarshall(
  item: Readonly<Record<string, Attribute>>,
  numbers: NumberMode,
  path = '',
): Record<string, unknown> {
  const entries = Object.entries(item).map(([name, value]) => {
    return [name, unmarshallValue(value, numbers, path === '' ? name : `${path}.${name}`)] as const;
  });
  // fromEntries defines properties: an attribute called __proto__ stays data.
  return Object.fromEntries(entries);
}

function unmarshallValue(attribute: Attribute, numbers: NumberMode, path: string): unknown {
  const [type, ...more] = Object.keys(attribute ?? {});
  if (type === undefined || more.length > 0 || !Object.hasOwn(CONVERT, type)) {
    throw new Error(`attribute ${path} has no type of DynamoDB: ${JSON.stringify(attribute)}`);
  }
  const [is, convert] = CONVERT[type]!;
  if (!is(attribute[type])) {
    throw new Error(`attribute ${path} is no ${type} of DynamoDB: ${JSON.stringify(attribute[type])}`);
  }
  return convert(attribute[type] as never, numbers, path);
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

/** 38 digits, from 1E-130 to 9.9E+125: none is longer when it is written out. A BigInt of millions would take its time. */
const MOST_DIGITS = 200;

function numberOf(text: string, numbers: NumberMode, path: string): number | bigint | string {
  if (text.length > MOST_DIGITS)
    throw new Error(`attribute ${path} has ${text.length} characters, more than a number of DynamoDB`);
  if (numbers === 'string') return text;
  const number = Number(text);
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return number;
  if (numbers === 'bigint' && /^[+-]?\d+$/.test(text)) return BigInt(text);
  throw new Error(
    `attribute ${path} is ${text}, more than a number can hold: use numbers: 'bigint' or 'string'`,
  );
}
