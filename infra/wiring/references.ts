import type {
  CloudFormationExpression,
  ResourceRef,
} from '../../src/adapters/lambda/sources/events/shared/triggers.ts';
import { expression } from '../instance/user-data/intrinsics-parser.ts';
import { type Argument, type Intrinsic, ref } from '../intrinsics.ts';
import { ProvisionError } from '../topology/errors.ts';
import type { TemplateParameter } from '../topology/types.ts';

/** Whose reference it is. */
export interface Owner {
  /** Name of the handler, for descriptions. */
  readonly handler: string;
  /** What an error calls it, e.g. `function "work"`. */
  readonly label: string;
}

/** The references of handlers to resources outside of the template, and the stack parameters that they name. */
export class References {
  readonly #parameters = new Map<string, TemplateParameter>();

  get parameters(): Record<string, TemplateParameter> {
    return Object.fromEntries(this.#parameters);
  }

  /** The value of a reference; declares its parameter where it names one. @throws ProvisionError for an expression of the wrong shape */
  resolve(owner: Owner, what: string, location: ResourceRef): Argument {
    if (typeof location === 'string') return location;
    if ('parameter' in location) return this.#parameter(owner, what, location.parameter, location.default);
    try {
      return expression(location satisfies CloudFormationExpression);
    } catch (error) {
      throw problem(owner, what, (error as Error).message);
    }
  }

  #parameter(owner: Owner, what: string, name: string, value: string | undefined): Intrinsic {
    const known = this.#parameters.get(name);
    if (!/^[A-Za-z0-9]{1,255}$/.test(name))
      throw problem(owner, what, `${JSON.stringify(name)} is not a parameter name: letters and digits only`);
    if (known !== undefined && known.Default !== value)
      throw problem(owner, what, `parameter ${name} has another default elsewhere`);
    const made = { Type: 'String', Description: `The ${what} of ${owner.handler}` };
    if (known === undefined)
      this.#parameters.set(name, value === undefined ? made : { ...made, Default: value });
    return ref(name);
  }
}

function problem({ label }: Owner, what: string, why: string): ProvisionError {
  return new ProvisionError(`${label}: ${what}: ${why}`);
}

export const functionOwner = (handler: string): Owner => ({
  handler,
  label: `function ${JSON.stringify(handler)}`,
});
