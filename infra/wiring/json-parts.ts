import { mergedParts } from '../instance/user-data/template.ts';
import type { Argument } from '../intrinsics.ts';

/**
 * `{"name":"value",...}` as literal pieces and expressions. An apostrophe is written by its code: supervisord's
 * configuration quotes JSON with it. What an expression resolves to has to need no escape, as ARNs do not.
 */
export function jsonParts(values: Readonly<Record<string, Argument>>): Argument[] {
  const members = Object.entries(values).flatMap(([name, value], index): Argument[] => [
    `${index === 0 ? '' : ','}${literal(name)}:`,
    ...(typeof value === 'string' ? [literal(value)] : ['"', value, '"']),
  ]);
  return mergedParts(['{', ...members, '}']);
}

const literal = (text: string) => JSON.stringify(text).replaceAll("'", '\\u0027');

/** Any JSON value in which expressions stand where texts do; they have to need no escape, as names and ARNs do not. */
export function deepJsonParts(value: unknown): Argument[] {
  if (Array.isArray(value)) return joined('[', value.map(deepJsonParts), ']');
  if (typeof value !== 'object' || value === null) return [JSON.stringify(value)];
  const entries = Object.entries(value);
  if (entries.length === 1 && /^(Ref$|Fn::)/.test(entries[0]![0])) return ['"', value as Argument, '"'];
  const members = entries.map(([name, each]): Argument[] => [
    `${JSON.stringify(name)}:`,
    ...deepJsonParts(each),
  ]);
  return joined('{', members, '}');
}

function joined(open: string, items: readonly Argument[][], close: string): Argument[] {
  const parts = items.flatMap((item, index): Argument[] => (index === 0 ? item : [',', ...item]));
  return mergedParts([open, ...parts, close]);
}
