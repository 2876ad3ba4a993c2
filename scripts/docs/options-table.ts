import { defaultText, plainNeeds, valuesText } from '../../infra/topology/describe-option.ts';
import { OPTION_GROUPS, TOPOLOGY_OPTIONS } from '../../infra/topology/options/index.ts';
import { flagLabel } from '../../infra/topology/problems.ts';
import type { Row } from '../../infra/topology/rows.ts';

const labelOf = flagLabel(TOPOLOGY_OPTIONS);
const code = (text: string) => `\`${text}\``;

/** Every option of a topology as one Markdown table, in groups. */
export function optionsTable(): string {
  const lines = Object.entries(OPTION_GROUPS).flatMap(([group, rows]) => [
    [`**${group}**`, '', '', '', ''],
    ...Object.entries<Row>(rows).map(([name, row]) => [
      code(labelOf(name)),
      valueCell(row),
      defaultText(row) ?? (row.required ? 'required' : ''),
      needsCell(row),
      row.help,
    ]),
  ]);
  return aligned([['Option', 'Value', 'Default', 'Needs', 'Meaning'], ...lines]);
}

function valueCell(row: Row): string {
  const values = valuesText(row);
  if (values !== undefined) return values;
  if (row.kind === 'choice')
    return `one of ${row.values.length} from ${row.values[0]} to ${row.values.at(-1)}`;
  if (row.kind === 'switch') return '';
  if (row.kind === 'pairs') return 'NAME=value, repeatable';
  if (row.kind === 'list') return `${row.form.name}, repeatable`;
  return row.kind === 'text' ? row.form.name : '';
}

/** What it needs in any case, then what single values need, then what it excludes. */
function needsCell(row: Row): string {
  const special = new Map<string, string[]>();
  for (const need of row.needs ?? []) {
    if (typeof need === 'string') continue;
    const { option, value } = need;
    const when = need.side === undefined ? need.when : 'with routes on instances';
    if (when === undefined) continue;
    const text = code(value === undefined ? labelOf(option) : `${labelOf(option)} ${value}`);
    special.set(when, [...(special.get(when) ?? []), text]);
  }
  return [
    plainNeeds(row)
      .map((name) => code(labelOf(name)))
      .join(', '),
    ...[...special].map(([when, texts]) => `${when}: ${texts.join(', ')}`),
    ...(row.excludes ?? []).map((name) => `not with ${code(labelOf(name))}`),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

/** A Markdown table whose columns are as wide as their widest cell. */
function aligned(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows;
  const widths = head!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!, fill)).join(' | ')} |`;
  return [
    line(head!),
    line(
      head!.map(() => ''),
      '-',
    ),
    ...body.map((cells) => line(cells)),
  ].join('\n');
}
