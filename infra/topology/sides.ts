/** What the placement of a service means for the template: which side has what to run. */
import { HTTP_HANDLER } from '../../src/core/index.ts';
import type { RouteDescription, ServiceDescription, Sides } from './types.ts';

export function sidesOf(service: ServiceDescription): Sides {
  const routes = placedRoutes(service);
  const runsOn = (name: string) => handlerOf(service, name)?.runOn ?? 'lambda';
  const functions = service.functions.filter((name) => runsOn(name) !== 'instances');
  return {
    lambda: [...(routes.some(({ runOn }) => runOn !== 'instances') ? [HTTP_HANDLER] : []), ...functions],
    worker: service.functions.filter((name) => runsOn(name) !== 'lambda'),
    server: routes.some(({ runOn }) => runOn !== 'lambda'),
    shared: routes.some(({ runOn }) => runOn === 'both'),
  };
}

/** The routes; one that stands for all of them where the service names none. */
function placedRoutes({ hasRoutes, routes }: ServiceDescription): readonly Pick<RouteDescription, 'runOn'>[] {
  return hasRoutes ? (routes ?? [{ runOn: 'both' }]) : [];
}

/** What is known of a function; names such as `constructor` are none of every object's own. */
export function handlerOf({ handlers = {} }: ServiceDescription, name: string) {
  return Object.hasOwn(handlers, name) ? handlers[name] : undefined;
}

/** Whether anything runs on instances. */
export const hasInstances = ({ server, worker }: Sides): boolean => server || worker.length > 0;
