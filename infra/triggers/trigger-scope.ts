import type { ResourceRef } from '../../src/adapters/lambda/sources/events/shared/triggers.ts';
import {
  type Argument,
  getAtt,
  type Intrinsic,
  ref,
  resource,
  type TemplateResource,
} from '../intrinsics.ts';
import { attachedPolicy, type Grant } from '../template/policies.ts';
import { ProvisionError } from '../topology/errors.ts';
import type { TemplateGroup } from '../topology/types.ts';
import { functionOwner, type References } from '../wiring/references.ts';
import type { Sender } from './queue-policy.ts';

/** What a trigger's events go to: a Lambda function, or the queue of a handler on instances. */
export interface Destination {
  readonly kind: 'function' | 'queue';
  /** Logical name of it. */
  readonly target: string;
}

export interface ScopeParts extends Destination {
  /** Name of the handler in the registry. */
  readonly handler: string;
  /** Prefix of all logical names, e.g. `OnUpload`. */
  readonly name: string;
  readonly serviceName: string;
  readonly references: References;
}

/** What lets a service deliver: resources to add, and the one that has to be there before anything is delivered. */
export interface Admission {
  readonly dependsOn: string;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

/** One handler with a trigger: its logical names, where its events go, and what its resources need of the template. */
export class TriggerScope {
  readonly handler: string;
  readonly name: string;
  readonly serviceName: string;
  readonly kind: Destination['kind'];
  readonly target: string;
  /** Who may send to the queue; its one policy is made of them. */
  readonly senders: Sender[] = [];
  readonly #references: References;

  constructor(parts: ScopeParts) {
    this.handler = parts.handler;
    this.name = parts.name;
    this.serviceName = parts.serviceName;
    this.kind = parts.kind;
    this.target = parts.target;
    this.#references = parts.references;
  }

  /** ARN of the function, or of the queue. */
  get targetArn(): Intrinsic {
    return getAtt(this.target, 'Arn');
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
    return this.#references.resolve(functionOwner(this.handler), what, location);
  }

  /**
   * Lets an AWS service deliver, on behalf of one source or, where that has no ARN, of this account.
   * @param part tells apart the permissions of one trigger
   */
  admit(principal: string, from: Omit<Sender, 'principal'>, part = ''): Admission {
    if (this.kind === 'queue') {
      this.senders.push({ principal, ...from });
      return { dependsOn: `${this.target}Policy`, Resources: {} };
    }
    const dependsOn = this.logicalName(`${part}Permission`);
    return { dependsOn, Resources: { [dependsOn]: this.#permission(principal, from) } };
  }

  #permission(principal: string, { arn, sameAccount }: Omit<Sender, 'principal'>): TemplateResource {
    return resource('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      FunctionName: this.targetArn,
      Principal: principal,
      ...(arn === undefined ? {} : { SourceArn: arn }),
      ...(sameAccount ? { SourceAccount: ref('AWS::AccountId') } : {}),
    });
  }

  /** What the function's role may do beside writing its log. */
  policy(name: string, grants: readonly Grant[]): TemplateResource {
    return attachedPolicy(name, `${this.target}Role`, grants);
  }
}

/** Turns the data of one kind of trigger into resources. */
export type Emit<Trigger> = (scope: TriggerScope, trigger: Trigger) => TemplateGroup;

/** An object without its undefined fields. */
export function defined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
