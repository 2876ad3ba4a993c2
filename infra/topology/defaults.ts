import type { DefaultsOf, Table } from './rows.ts';

/** Defaults of all options of a table that have one. */
export function defaultsOf<T extends Table>(table: T): DefaultsOf<T> {
  const defaults = Object.entries(table).flatMap(([name, row]) =>
    'default' in row ? [[name, row.default]] : [],
  );
  return Object.fromEntries(defaults);
}

/** The options with the table's defaults in place of what is absent or undefined. */
export function withDefaults<T extends Table, Options extends object>(
  table: T,
  options: Options,
): Options & DefaultsOf<T> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...options, ...defaultsOf(table), ...Object.fromEntries(given) };
}
