import { TOPOLOGY_OPTIONS } from './options/index.ts';
import { flagLabel, type Unchecked } from './problems.ts';
import type { Row } from './rows.ts';
import type { Template } from './types.ts';

const elsewhere = (own: string, region: string) =>
  `is in ${own}, the stack in ${region}: both must be in one`;

const label = flagLabel(TOPOLOGY_OPTIONS);

/** Options whose resource is of another region than the stack, each as one line that names the flag. */
export function regionProblems(options: Unchecked, region: string): string[] {
  return Object.entries<Row>(TOPOLOGY_OPTIONS).flatMap(([name, row]) => {
    if (!row.regional) return [];
    return arnsOf(label(name), options[name]).flatMap(([title, arn]) => {
      const own = arn.split(':')[3];
      return own === undefined || own === region ? [] : [`${title} ${elsewhere(own, region)}`];
    });
  });
}

/** The one ARN of an option, or each of its pairs. */
function arnsOf(title: string, value: unknown): [title: string, arn: string][] {
  if (typeof value === 'string') return [[title, value]];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).map(([name, arn]) => [`${title} ${name}`, String(arn)]);
}

/** Queues and streams of triggers that Lambda cannot poll, as they are of another region, one line each. */
export function triggerRegionProblems({ Resources }: Pick<Template, 'Resources'>, region: string): string[] {
  return Object.entries(Resources).flatMap(([name, { Type, Properties }]) => {
    const { EventSourceArn: arn } = Properties as { EventSourceArn?: unknown };
    if (Type !== 'AWS::Lambda::EventSourceMapping' || typeof arn !== 'string') return [];
    const own = arn.split(':')[3];
    return own === undefined || own === region ? [] : [`${name}: ${arn} ${elsewhere(own, region)}`];
  });
}
