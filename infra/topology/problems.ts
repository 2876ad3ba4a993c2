/** Validation by a table of options: everything that is wrong, at once, each with the option, its value and the rule. */
import type { Need, Row, Table } from './rows.ts';

/** Options as they came: of the right types or not. */
export type Unchecked = Readonly<Record<string, unknown>>;

/** What a message calls an option. */
export type Label = (name: string) => string;

/** Calls options by their flags, and by their names where they have none. */
export const flagLabel =
  (table: Table): Label =>
  (name) => {
    const flag = table[name]?.flag ?? name;
    return flag === false ? name : `--${flag}`;
  };

/** Whether an option is in use: a switch that is off is not. */
export const isGiven = (options: Unchecked, name: string): boolean =>
  options[name] !== undefined && options[name] !== false;

/** What is missing, what has a wrong value, and what lacks another option or cannot go with it. */
export function tableProblems(table: Table, options: Unchecked, label: Label = flagLabel(table)): string[] {
  const rows = Object.entries(table);
  return [
    ...rows.flatMap(([name, row]) => valueProblems(row, label(name), options[name])),
    ...rows
      .filter(([name]) => isGiven(options, name))
      .flatMap(([name, row]) => [
        ...needProblems(name, row, options, label),
        ...(row.excludes ?? [])
          .filter((other) => isGiven(options, other))
          .map((other) => `${label(name)} cannot go with ${label(other)}`),
      ]),
  ];
}

function valueProblems(row: Row, label: string, value: unknown): string[] {
  if (value === undefined) return row.required ? [`${label} is missing`] : [];
  if (row.kind === 'list') return listProblems(row, label, value);
  if (row.kind === 'pairs') return pairsProblems(row, label, value);
  if (Array.isArray(value)) return [`${label} is given ${value.length} times`];
  if (row.kind === 'switch') return typeof value === 'boolean' ? [] : [`${label} takes no value`];
  if (value === '' || (row.kind === 'text' && typeof value !== 'string')) return [`${label} needs a value`];
  const problem = scalarProblem(row, value);
  return problem === undefined ? [] : [`${label} ${JSON.stringify(value)} ${problem}`];
}

type Scalar = Extract<Row, { readonly kind: 'text' | 'choice' | 'whole' }>;

function scalarProblem(row: Scalar, value: unknown): string | undefined {
  if (row.kind === 'text') return row.form.problem(String(value));
  if (row.kind === 'choice') {
    return row.values.some((known) => known === value) ? undefined : `is none of ${row.values.join(', ')}`;
  }
  const { min, max } = row;
  const fits = Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  return fits ? undefined : `is not a whole number from ${min} to ${max}`;
}

function listProblems(row: Extract<Row, { readonly kind: 'list' }>, label: string, value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0) return [`${label} needs a value`];
  return value.flatMap((entry) => {
    const problem = typeof entry === 'string' ? row.form.problem(entry) : 'is not a text';
    return problem === undefined ? [] : [`${label} ${JSON.stringify(entry)} ${problem}`];
  });
}

/** Texts in place of an object are those of a repeated flag, one of which at least is wrong. */
function pairsProblems(
  row: Extract<Row, { readonly kind: 'pairs' }>,
  label: string,
  value: unknown,
): string[] {
  if (isObject(value)) return row.check(value, label);
  if (!Array.isArray(value)) return [`${label} ${JSON.stringify(value)} is not an object`];
  const pairs = value.map((text) => [text, String(text).indexOf('=')] as const);
  const good = pairs.filter(([, at]) => at > 0).map(([text, at]) => [text.slice(0, at), text.slice(at + 1)]);
  return [
    ...pairs.filter(([, at]) => at < 1).map(([text]) => `${label} ${JSON.stringify(text)} is not NAME=value`),
    ...row.check(Object.fromEntries(good), label),
  ];
}

function isObject(value: unknown): value is Unchecked {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function needProblems(name: string, row: Row, options: Unchecked, label: Label): string[] {
  const needs = (row.needs ?? [])
    .map((need): Need => (typeof need === 'string' ? { option: need } : need))
    .filter(({ side }) => side === undefined);
  // One that is needed in any case and absent is told of once.
  const absent = needs.filter(({ option, when }) => when === undefined && !isGiven(options, option));
  return needs
    .filter(({ when }) => when === undefined || options[name] === when)
    .filter((need) => !isMet(need, options))
    .filter((need) => need.when === undefined || absent.every(({ option }) => option !== need.option))
    .map((need) => needText(name, need, label));
}

function isMet({ option, value }: Need, options: Unchecked): boolean {
  return value === undefined ? isGiven(options, option) : options[option] === value;
}

function needText(name: string, { option, value, when, why }: Need, label: Label): string {
  const words = [label(name), when, 'needs', label(option), value].filter((word) => word !== undefined);
  return words.join(' ') + (why === undefined ? '' : `: ${why}`);
}
