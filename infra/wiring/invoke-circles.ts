import type { ServiceDescription, Sides } from '../topology/types.ts';
import { invokedBy, lambdaCallers } from './targets.ts';

/**
 * What is wrong with a circle of Lambda functions that invoke each other, each circle once: each function's environment
 * would name the next, and CloudFormation takes no circular dependencies. One that invokes itself is none.
 */
export function circleProblems(service: ServiceDescription, { lambda }: Sides): string[] {
  const done = new Set<string>();
  const problems: string[] = [];
  const visit = (handler: string, path: readonly string[]): void => {
    const at = path.indexOf(handler);
    if (at >= 0) problems.push(circleText([...path.slice(at), handler]));
    if (at >= 0 || done.has(handler)) return;
    const invoked = invokedBy(lambdaCallers(service, handler));
    for (const next of invoked)
      if (next !== handler && lambda.includes(next)) visit(next, [...path, handler]);
    done.add(handler);
  };
  for (const handler of lambda) visit(handler, []);
  return problems;
}

function circleText(circle: readonly string[]): string {
  const way = circle.map((name) => JSON.stringify(name)).join(' -> ');
  return `the Lambda functions ${way} invoke each other in a circle, which CloudFormation cannot make: place one of them on instances (--runOn NAME=instances)`;
}
