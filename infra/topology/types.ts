import type { ProgramLog } from '../../src/adapters/supervisor/index.ts';
import type { EventTrigger, LambdaSettings, Permission, RunOn } from '../../src/core/index.ts';
import type { Intrinsic, TemplateResource } from '../intrinsics.ts';
import type { TopologyDefaults, TopologySettings } from './options/index.ts';

/** What the infra module has to know about a service. The registry is not loaded here. */
export interface ServiceDescription {
  /** At least one letter or digit; paths, the account and resource tags derive from it. */
  readonly name: string;
  readonly version: string;
  /** Names of raw functions and event handlers; each becomes a Lambda function whose Handler it is. */
  readonly functions: readonly string[];
  /** Whether there are HTTP routes: these become one more function, with the handler `http`. */
  readonly hasRoutes: boolean;
  /** The routes themselves; default where `hasRoutes`: all run on both sides. */
  readonly routes?: readonly RouteDescription[];
  /** More about functions, by name. Default: they run in Lambda and may do nothing. */
  readonly handlers?: Readonly<Record<string, HandlerDescription>>;
  /** Trigger of a function by its name, as its event source has it. Default: none. */
  readonly triggers?: Readonly<Record<string, EventTrigger>>;
}

/** Where a handler runs in this stage, and what it needs there. */
export interface HandlerDescription {
  readonly runOn: RunOn;
  /** Type of the events that it takes; none: a plain function. */
  readonly source?: string | undefined;
  readonly permissions?: readonly Permission[] | undefined;
  /** Functions that it calls by `context.invoke`. */
  readonly invokes?: readonly string[] | undefined;
  /** Settings of the Lambda function that it becomes. */
  readonly lambda?: LambdaSettings | undefined;
}

export interface RouteDescription extends HandlerDescription {
  readonly method: string;
  /** With parameters as in the registry: `/users/:id`, `/files/*`. */
  readonly path: string;
}

/** What `emitTopology` needs: the options of the table, named as the flags of `app provision`, and what no flag holds. */
export interface TopologyOptions extends TopologySettings {
  readonly service: ServiceDescription;
  /** Settings of single Lambda functions, by handler; `http` is that of the routes. */
  readonly functions?: Readonly<Record<string, LambdaSettings>>;
  /** Rotation of the server's logs on the instances. */
  readonly logRotation?: Pick<ProgramLog, 'maxBytes' | 'backups'>;
  /** Changes the finished template; see {@link TemplateDecorator}. */
  readonly decorate?: TemplateDecorator;
}

/**
 * Sees the finished template, a copy of its own, and changes it or returns another one. The result is
 * checked: plain JSON, alphanumeric logical names, and no dangling reference.
 */
export type TemplateDecorator = (
  template: Template,
  topology: Topology,
  // biome-ignore lint/suspicious/noConfusingVoidType: a decorator that changes its argument returns nothing
) => Template | undefined | void;

/** Both sides of a topology, as the placement fills them. */
export interface Sides {
  /** Handlers that become Lambda functions; `http` for the routes goes first. */
  readonly lambda: readonly string[];
  /** Functions that the worker on the instances runs, each from a queue. */
  readonly worker: readonly string[];
  /** Whether the HTTP server runs on the instances. */
  readonly server: boolean;
  /** Whether some route takes requests on both sides. */
  readonly shared: boolean;
}

/** Options after validation, with defaults and derived names. */
export interface Topology extends Omit<TopologyOptions, keyof TopologyDefaults>, TopologyDefaults {
  /** Lower-case letters, digits and `-`: folder and program name on the instances. */
  readonly slug: string;
  /** System account that runs the server. */
  readonly account: string;
  /** What runs where. */
  readonly sides: Sides;
}

/** One part of a template; several are merged, and no logical name may come twice. */
export interface TemplateGroup {
  readonly Parameters?: Readonly<Record<string, TemplateParameter>>;
  readonly Conditions?: Readonly<Record<string, object>>;
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, TemplateOutput>>;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Description: string;
  readonly Default?: string | number;
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly MinValue?: number;
  readonly MaxValue?: number;
}

export interface TemplateOutput {
  readonly Description: string;
  readonly Value: Intrinsic | string;
}

/** A whole CloudFormation template. Its sections may be added to, by a decorator. */
export interface Template {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  Description: string;
  Transform?: string | string[];
  Metadata?: Record<string, unknown>;
  Mappings?: Record<string, object>;
  readonly Parameters: Record<string, TemplateParameter>;
  readonly Conditions: Record<string, object>;
  readonly Resources: Record<string, TemplateResource>;
  readonly Outputs: Record<string, TemplateOutput>;
}
