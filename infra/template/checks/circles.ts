import { referencesIn } from './references.ts';

type Json = Readonly<Record<string, unknown>>;

/** A circle of resources that need each other, which CloudFormation refuses; each is told once, by its members. */
export function circleProblems(resources: Json): string[] {
  const needs = new Map(
    Object.entries(resources).map(([name, resource]) => [name, needsOf(resource as Json)]),
  );
  const done = new Set<string>();
  const problems: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    const start = path.indexOf(name);
    if (start >= 0) {
      problems.push(`Resources: ${[...path.slice(start), name].join(' → ')} need each other in a circle`);
      return;
    }
    if (done.has(name)) return;
    for (const other of needs.get(name) ?? []) visit(other, [...path, name]);
    done.add(name);
  };
  for (const name of needs.keys()) visit(name, []);
  return problems;
}

function needsOf({ Properties, DependsOn = [] }: Json): Set<string> {
  const referred = [...referencesIn(Properties)].map(({ name }) => name);
  return new Set([...referred, ...[DependsOn].flat().map(String)]);
}
