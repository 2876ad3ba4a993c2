import type {
  CloudFormationExpression,
  ResourceRef,
} from '../../src/adapters/lambda/sources/events/shared/triggers.ts';
import { expression } from '../instance/user-data/intrinsics-parser.ts';
import {
  type Argument,
  getAtt,
  type Intrinsic,
  ref,
  resource,
  type TemplateResource,
} from '../intrinsics.ts';
import type { Grant } from '../template/policies.ts';
import { ProvisionError } from '../topology/errors.ts';
import type { TemplateGroup, TemplateParameter } from '../topology/types.ts';

/** One function with a trigger: its logical names, and what its resources need of the template. */
export class TriggerScope {
  /** Name of the handler in the registry. */
  readonly handler: string;
  /** Prefix of all logical names, e.g. `OnUpload`. */
  readonly name: string;
  readonly serviceName: string;
  readonly #parameters: Map<string, TemplateParameter>;

  constructor(
    handler: string,
    name: string,
    serviceName: string,
    parameters: Map<string, TemplateParameter>,
  ) {
    this.handler = handler;
    this.name = name;
    this.serviceName = serviceName;
    this.#parameters = parameters;
  }

  get functionArn(): Intrinsic {
    return getAtt(`${this.name}Function`, 'Arn');
  }

  /** Logical name of one of the trigger's resources. */
  logicalName(part: string): string {
    return `${this.name}Trigger${part}`;
  }

  /** @returns a ProvisionError that names the function */
  problem(what: string): ProvisionError {
    return new ProvisionError(`function ${JSON.stringify(this.handler)}: ${what}`);
  }

  /** The value of a reference; declares its parameter where it names one. @throws ProvisionError for an expression of the wrong shape */
  resolve(what: string, location: ResourceRef): Argument {
    if (typeof location === 'string') return location;
    if ('parameter' in location) return this.#parameter(what, location.parameter, location.default);
    try {
      return expression(location satisfies CloudFormationExpression);
    } catch (error) {
      throw this.problem(`${what}: ${(error as Error).message}`);
    }
  }

  #parameter(what: string, name: string, value: string | undefined): Intrinsic {
    const known = this.#parameters.get(name);
    if (!/^[A-Za-z0-9]{1,255}$/.test(name))
      throw this.problem(`${what}: ${JSON.stringify(name)} is not a parameter name: letters and digits only`);
    if (known !== undefined && known.Default !== value)
      throw this.problem(`${what}: parameter ${name} has another default elsewhere`);
    const made = { Type: 'String', Description: `The ${what} of ${this.handler}` };
    if (known === undefined)
      this.#parameters.set(name, value === undefined ? made : { ...made, Default: value });
    return ref(name);
  }

  /** Lets an AWS service call the function, on behalf of one source or, where that has no ARN, of this account. */
  permission(principal: string, from: { arn?: Argument; sameAccount?: boolean }): TemplateResource {
    return resource('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      FunctionName: this.functionArn,
      Principal: principal,
      ...(from.arn === undefined ? {} : { SourceArn: from.arn }),
      ...(from.sameAccount ? { SourceAccount: ref('AWS::AccountId') } : {}),
    });
  }

  /** What the function's role may do beside writing its log. */
  policy(name: string, grants: readonly Grant[]): TemplateResource {
    return resource('AWS::IAM::Policy', {
      PolicyName: name,
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: grants.map(({ actions, resources }) => ({
          Effect: 'Allow',
          Action: actions,
          Resource: resources,
        })),
      },
      Roles: [ref(`${this.name}FunctionRole`)],
    });
  }
}

/** Turns the data of one kind of trigger into resources. */
export type Emit<Trigger> = (scope: TriggerScope, trigger: Trigger) => TemplateGroup;

/** An object without its undefined fields. */
export function defined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
