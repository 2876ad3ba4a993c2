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
