import {
  emitTopology,
  type RouteDescription,
  type ServiceDescription,
  type Template,
  type TopologyOptions,
} from '../../infra/index.ts';
import type { EventSource, HandlerOptions } from '../../src/core/index.ts';
import { SAMPLE } from './sample.ts';

// biome-ignore lint/suspicious/noExplicitAny: any kind of source
export type Source = EventSource<any, any>;

/** A handler as a test places it: by default a plain function on instances. */
export interface Placed extends HandlerOptions {
  readonly source?: Source;
}

type Routes = Readonly<Record<string, HandlerOptions>>;

/** Options of a service of these handlers and routes (`GET /path`), as `app provision` would describe it. */
export function optionsOf(handlers: Readonly<Record<string, Placed>>, routes: Routes = {}): TopologyOptions {
  const triggers = Object.entries(handlers).flatMap(([name, { source }]) =>
    source?.trigger === undefined ? [] : [[name, source.trigger]],
  );
  const service: ServiceDescription = {
    name: 'Omega',
    version: '1.0.0',
    functions: Object.keys(handlers),
    hasRoutes: Object.keys(routes).length > 0,
    routes: Object.entries(routes).map(([text, options]) => routeOf(text, options)),
    handlers: Object.fromEntries(
      Object.entries(handlers).map(([name, { source, runOn = 'instances', permissions, invokes }]) => [
        name,
        { source: source?.type, runOn, permissions, invokes },
      ]),
    ),
    triggers: Object.fromEntries(triggers),
  };
  return { ...SAMPLE, service };
}

function routeOf(text: string, { runOn = 'both', permissions, invokes }: HandlerOptions): RouteDescription {
  const [method, path] = text.split(' ');
  return { method: method!, path: path!, runOn, permissions, invokes };
}

export type Properties = Readonly<Record<string, unknown>>;

export const namesOf = ({ Resources }: Template, type: string): string[] =>
  Object.keys(Resources).filter((name) => Resources[name]!.Type === type);

export const propertiesOf = ({ Resources }: Template, name: string): Properties =>
  Resources[name]!.Properties as Properties;

interface Statement {
  readonly Action: readonly string[];
  readonly Resource: readonly unknown[];
}

/** `[action, resources]` of each statement that a role has, but for what every role of its kind has. */
export function grantsOf(
  template: Template,
  role: string,
): [actions: string, resources: readonly unknown[]][] {
  const inline = propertiesOf(template, role).Policies as { PolicyName: string; PolicyDocument: unknown }[];
  const own = inline.filter(({ PolicyName }) => PolicyName === 'Handler' || PolicyName === 'Handlers');
  return own.flatMap((policy) => statementsOf(policy));
}

/** The statements of a policy, inline or attached. */
export const statementsOf = ({ PolicyDocument }: Properties): [string, readonly unknown[]][] =>
  (PolicyDocument as { Statement: Statement[] }).Statement.map(({ Action, Resource }) => [
    Action.join(),
    Resource,
  ]);

export const arn = (service: string, name: string) => `arn:aws:${service}:eu-west-1:123456789012:${name}`;
export const att = (name: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [name, attribute] });

export const templateOf = (handlers: Readonly<Record<string, Placed>>, routes: Routes = {}): Template =>
  emitTopology(optionsOf(handlers, routes)).template;
