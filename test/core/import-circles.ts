import { posix } from 'node:path';
import { importsOf } from './import-rules.ts';

/** Every set of files that import each other in a circle, types and lazy imports included; paths sorted. */
export function circlesIn(sources: readonly [path: string, source: string][]): string[][] {
  const graph = new Map(sources.map(([path, source]) => [path, targetsOf(path, source)]));
  return stronglyConnected(graph).filter((files) => files.length > 1 || selfImport(graph, files[0]!));
}

function targetsOf(path: string, source: string): string[] {
  const relative = importsOf(source).filter(({ from }) => from.startsWith('.'));
  return relative.map(({ from }) => posix.join(posix.dirname(path), from));
}

const selfImport = (graph: ReadonlyMap<string, string[]>, file: string) => graph.get(file)!.includes(file);

/** Tarjan's algorithm. */
function stronglyConnected(graph: ReadonlyMap<string, string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    stack.push(file);
    for (const target of graph.get(file)!) {
      if (!graph.has(target)) continue;
      const reached = order.has(target) ? order.get(target)! : visit(target);
      if (stack.includes(target)) lowest.set(file, Math.min(lowest.get(file)!, reached, lowest.get(target)!));
    }
    if (lowest.get(file) === order.get(file)) found.push(stack.splice(stack.indexOf(file)).sort());
    return lowest.get(file)!;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return found;
}
