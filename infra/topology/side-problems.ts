/** What is wrong with options as the placement stands: those of a side on which nothing runs, and what a side needs. */
import { HTTP_HANDLER } from '../../src/core/index.ts';
import { TOPOLOGY_OPTIONS } from './options/index.ts';
import { flagLabel, isGiven, type Unchecked } from './problems.ts';
import type { Need, Row, Side } from './rows.ts';
import { hasInstances } from './sides.ts';
import type { ServiceDescription, Sides } from './types.ts';

const label = flagLabel(TOPOLOGY_OPTIONS);
const ROWS = Object.entries<Row>(TOPOLOGY_OPTIONS);

const UNUSED: Readonly<Record<Side, string>> = {
  routes: 'serves routes, and the service has none',
  lambdaRoutes: 'serves routes, and none runs in Lambda',
  sharedRoutes: 'is for routes that run on both sides, and there is none',
  entry: 'opens the HTTP server on instances or a load balancer, and there is none of them',
  server: 'is for the HTTP server on instances, and no route runs there',
  worker: 'is for the worker on instances, and no function runs there',
  instances: 'is for instances, and nothing runs there',
  functions: 'is for Lambda functions, and nothing runs there',
};

/** Options of a side that has nothing to run, one line each. */
export function unusedProblems(options: Unchecked, service: ServiceDescription, sides: Sides): string[] {
  const used = usedSides(service, sides, isGiven(options, 'alb'));
  return ROWS.filter(([name, { side }]) => side !== undefined && !used[side] && isGiven(options, name)).map(
    ([name, { side }]) => `${label(name)} ${UNUSED[service.hasRoutes ? side! : withoutRoutes(side!)]}`,
  );
}

/** A service without any route is told so. */
const withoutRoutes = (side: Side): Side => (/[rR]outes$/.test(side) ? 'routes' : side);

function usedSides(service: ServiceDescription, sides: Sides, balanced: boolean): Record<Side, boolean> {
  return {
    routes: service.hasRoutes,
    lambdaRoutes: sides.lambda.includes(HTTP_HANDLER),
    sharedRoutes: sides.shared,
    entry: sides.server || balanced,
    server: sides.server,
    worker: sides.worker.length > 0,
    instances: hasInstances(sides),
    functions: sides.lambda.length > 0,
  };
}

/** What options lack that only a side in use needs. */
export function sideNeedProblems(options: Unchecked, { server }: Pick<Sides, 'server'>): string[] {
  return ROWS.filter(([name]) => isGiven(options, name)).flatMap(([name, { needs = [] }]) =>
    needs
      .filter((need): need is Need => typeof need !== 'string' && need.side === 'server')
      .filter(({ option }) => server && !isGiven(options, option))
      .map(({ option }) => `${label(name)} needs ${label(option)}`),
  );
}

/** Routes to which no entry leads, one line each. */
export function entryProblems(options: Unchecked, { routes = [] }: ServiceDescription): string[] {
  const entries = ['functionUrl', 'httpApi'].filter((name) => isGiven(options, name));
  if (entries.length === 0 || isGiven(options, 'alb') || isGiven(options, 'appCidr')) return [];
  const flags = entries.map(label).join(' and ');
  return routes
    .filter(({ runOn }) => runOn === 'instances')
    .map(
      ({ method, path }) =>
        `route ${method} ${path} runs on instances, where ${flags} does not lead: give --alb, or --appCidr for a range that reaches the instances themselves`,
    );
}
