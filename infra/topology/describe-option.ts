/** What a row of the table says of itself: in the help of a command and in the docs. */
import type { Row, Table } from './rows.ts';

/** More values than these are told by the error only. */
const SHOWN_VALUES = 6;

/** The values that it takes, e.g. `0 to 100` or `rule (all weight to Lambda) or dns (to the HTTP API)`. */
export function valuesText(row: Row): string | undefined {
  if (row.kind === 'whole') return `${row.min} to ${row.max}`;
  if (row.kind !== 'choice' || row.values.length > SHOWN_VALUES) return undefined;
  const { values, meanings = {} } = row;
  return values
    .map((value) => (meanings[value] === undefined ? value : `${value} (${meanings[value]})`))
    .join(' or ');
}

/** What holds without the option; `undefined` where that goes without saying. */
export function defaultText(row: Row): string | undefined {
  if ('default' in row && typeof row.default !== 'object') return String(row.default);
  return row.absent;
}

/** Names of the options that it needs in any case. */
export function plainNeeds(row: Row): string[] {
  return (row.needs ?? []).flatMap((need) => {
    if (typeof need === 'string') return need;
    return need.when === undefined && need.value === undefined && need.side === undefined ? need.option : [];
  });
}

/** The one line of a command's help. */
export function helpText(table: Table, row: Row): string {
  const values = valuesText(row);
  const needs = plainNeeds(row).map((name) => `--${table[name]?.flag || name}`);
  return [
    row.help,
    values === undefined ? '' : `${row.kind === 'choice' ? ':' : ','} ${values}`,
    row.kind === 'pairs' ? ', NAME=value' : '',
    row.kind === 'list' || row.kind === 'pairs' ? '; repeatable' : '',
    needs.length === 0 ? '' : `; needs ${needs.join(' and ')}`,
    fallback(row),
  ].join('');
}

function fallback(row: Row): string {
  if (row.absent !== undefined) return ` (default: ${row.absent})`;
  const text = defaultText(row);
  if (text !== undefined) return ` (default ${text})`;
  return row.required ? ' (required)' : '';
}
