import { RUN_ON } from '../../src/core/index.ts';

/** What is wrong with the values of `runOn`, one line each. Whether the names are known, the registry tells. */
export function runOnProblems(overrides: Readonly<Record<string, unknown>>, label: string): string[] {
  return Object.entries(overrides)
    .filter(([, value]) => !RUN_ON.some((known) => known === value))
    .map(([name, value]) => `${label} ${name}=${value} is none of ${RUN_ON.join(', ')}`);
}
