/**
 * How DynamoDB's numbers, which may have 38 digits, reach the handler. `number` refuses whole numbers beyond 2^53,
 * which would lose digits; `bigint` gives those as bigint; `string` gives every number as a string.
 */
export type NumberMode = 'number' | 'bigint' | 'string';

type Attribute = Readonly<Record<string, unknown>>;
type Convert = (value: never, numbers: NumberMode, path: string) => unknown;

const CONVERT: Readonly<Record<string, Convert>> = {
  S: (value: string) => value,
  N: (value: string, numbers, path) => numberOf(value, numbers, path),
  B: (value: string) => bytesOf(value),
  BOOL: (value: boolean) => value,
  NULL: () => null,
  M: (value: Readonly<Record<string, Attribute>>, numbers, path) => unmarshall(value, numbers, path),
  L: (value: readonly Attribute[], numbers, path) =>
    value.map((item, i) => unmarshallValue(item, numbers, `${path}[${i}]`)),
  SS: (value: readonly string[]) => new Set(value),
  NS: (value: readonly string[], numbers, path) =>
    new Set(value.map((item) => numberOf(item, numbers, path))),
  BS: (value: readonly string[]) => new Set(value.map(bytesOf)),
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
  return CONVERT[type]!(attribute[type] as never, numbers, path);
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function numberOf(text: string, numbers: NumberMode, path: string): number | bigint | string {
  if (numbers === 'string') return text;
  const number = Number(text);
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return number;
  if (numbers === 'bigint' && /^[+-]?\d+$/.test(text)) return BigInt(text);
  throw new Error(
    `attribute ${path} is ${text}, more than a number can hold: use numbers: 'bigint' or 'string'`,
  );
}
