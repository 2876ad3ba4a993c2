import { handlerOf } from '../topology/sides.ts';
import type { ServiceDescription, Sides } from '../topology/types.ts';
import { circleProblems } from './invoke-circles.ts';
import { ownQueue } from './queues.ts';
import { type Caller, instanceCallers, lambdaCallers } from './targets.ts';

/** What keeps handlers from running where they are placed, one line each. */
export function placementProblems(service: ServiceDescription, sides: Sides): string[] {
  return [
    ...queueProblems(service, sides),
    ...invokeProblems(service, sides),
    ...circleProblems(service, sides),
  ];
}

function queueProblems(service: ServiceDescription, { worker }: Sides): string[] {
  return worker.flatMap((handler) => {
    const own = ownQueue(service, handler);
    const name = `function ${JSON.stringify(handler)}`;
    if (own?.filters !== undefined)
      return [`${name}: filters: the worker on instances takes every message; only Lambda filters`];
    if (own === undefined && handlerOf(service, handler)?.source === 'sqs')
      return [`${name}: queue: without it there is nothing to poll on instances`];
    return [];
  });
}

function invokeProblems(service: ServiceDescription, sides: Sides): string[] {
  const callers: Caller[] = [
    ...sides.lambda.flatMap((handler) => lambdaCallers(service, handler)),
    ...instanceCallers(service, sides),
  ];
  const lines = callers.flatMap(({ owner, invokes }) =>
    invokes
      .filter((name) => !service.functions.includes(name))
      .map((name) => `${owner.label}: invokes ${JSON.stringify(name)}, which is no function of the service`),
  );
  return [...new Set(lines)];
}
