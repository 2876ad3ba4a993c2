/** Where the functions are that handlers call by `context.invoke`. */
import { HTTP_HANDLER, type Permission } from '../../src/core/index.ts';
import { type Argument, getAtt } from '../intrinsics.ts';
import type { Grant } from '../template/policies.ts';
import { handlerOf } from '../topology/sides.ts';
import type { HandlerDescription, ServiceDescription, Sides } from '../topology/types.ts';
import { functionOwner, type Owner } from './references.ts';

/** A handler with its name for errors. */
export interface Caller {
  readonly owner: Owner;
  readonly invokes: readonly string[];
  readonly permissions: readonly Permission[];
}

const callerOf = (owner: Owner, { invokes = [], permissions = [] }: Partial<HandlerDescription>): Caller => ({
  owner,
  invokes,
  permissions,
});

function routeCallers({ routes = [] }: ServiceDescription, elsewhere: HandlerDescription['runOn']): Caller[] {
  return routes
    .filter(({ runOn }) => runOn !== elsewhere)
    .map((route) => {
      const name = `${route.method} ${route.path}`;
      return callerOf({ handler: name, label: `route ${name}` }, route);
    });
}

const functionCaller = (service: ServiceDescription, handler: string): Caller =>
  callerOf(functionOwner(handler), handlerOf(service, handler) ?? {});

/** The handlers that one Lambda function runs. */
export const lambdaCallers = (service: ServiceDescription, handler: string): Caller[] =>
  handler === HTTP_HANDLER ? routeCallers(service, 'instances') : [functionCaller(service, handler)];

/** The handlers that run on the instances. */
export const instanceCallers = (service: ServiceDescription, sides: Sides): Caller[] => [
  ...routeCallers(service, 'lambda'),
  ...sides.worker.map((handler) => functionCaller(service, handler)),
];

/** Functions that some of the handlers invoke, each once. */
export const invokedBy = (callers: readonly Caller[]): string[] => [
  ...new Set(callers.flatMap(({ invokes }) => invokes)),
];

/** ARNs of the functions: of those in Lambda, else of their queue. */
export function targetArns(
  invoked: readonly string[],
  names: ReadonlyMap<string, string>,
  { lambda }: Sides,
  queues: ReadonlyMap<string, Argument>,
): Record<string, Argument> {
  return Object.fromEntries(
    invoked.map((handler) => [
      handler,
      lambda.includes(handler) ? getAtt(`${names.get(handler)}Function`, 'Arn') : queues.get(handler)!,
    ]),
  );
}

/** Leave to invoke these functions, or to send to their queue. */
export function targetGrants(targets: Readonly<Record<string, Argument>>, { lambda }: Sides): Grant[] {
  const entries = Object.entries(targets);
  const functions = entries.filter(([handler]) => lambda.includes(handler)).map(([, arn]) => arn);
  const queues = entries.filter(([handler]) => !lambda.includes(handler)).map(([, arn]) => arn);
  return [
    ...(functions.length > 0 ? [{ actions: ['lambda:InvokeFunction'], resources: functions }] : []),
    ...(queues.length > 0 ? [{ actions: ['sqs:SendMessage'], resources: queues }] : []),
  ];
}
