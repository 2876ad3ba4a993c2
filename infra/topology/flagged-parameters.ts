import { TOPOLOGY_OPTIONS } from './options/index.ts';
import { flagLabel, isGiven, type Unchecked } from './problems.ts';
import type { Row } from './rows.ts';

/** The stack parameters that options give a value to, by name. One that is given wins over one that the stack has. */
export function flaggedParameters(options: Unchecked): Record<string, string> {
  const values = Object.entries<Row>(TOPOLOGY_OPTIONS).flatMap(([name, { parameter }]) =>
    parameter !== undefined && isGiven(options, name) ? [[parameter, String(options[name])]] : [],
  );
  return Object.fromEntries(values);
}

const label = flagLabel(TOPOLOGY_OPTIONS);

/** The flag that gives a stack parameter its value; `undefined` where `--parameter` alone does. */
export function flagOf(parameter: string): string | undefined {
  const found = Object.entries<Row>(TOPOLOGY_OPTIONS).find(([, row]) => row.parameter === parameter);
  return found && label(found[0]);
}
