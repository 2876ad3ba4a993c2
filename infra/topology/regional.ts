import { TOPOLOGY_OPTIONS } from './options/index.ts';
import { flagLabel, type Unchecked } from './problems.ts';
import type { Row } from './rows.ts';

const label = flagLabel(TOPOLOGY_OPTIONS);

/** Options whose resource is of another region than the stack, each as one line that names the flag. */
export function regionProblems(options: Unchecked, region: string): string[] {
  return Object.entries<Row>(TOPOLOGY_OPTIONS).flatMap(([name, row]) => {
    const arn = options[name];
    if (!row.regional || typeof arn !== 'string') return [];
    const own = arn.split(':')[3];
    return own === region ? [] : [`${label(name)} is in ${own}, the stack in ${region}: both must be in one`];
  });
}
