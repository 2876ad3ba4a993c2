import { HTTP_HANDLER } from '../../src/core/index.ts';
import { ProvisionError } from './errors.ts';
import type { ServiceDescription } from './types.ts';

/** `my-function_2` is `MyFunction2`: CloudFormation's logical names are alphanumeric. */
export function logicalName(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

/** The handlers of a service that become Lambda functions, routes first, in the registry's order. */
export function handlersOf(service: ServiceDescription): string[] {
  return [...(service.hasRoutes ? [HTTP_HANDLER] : []), ...service.functions];
}

/**
 * Logical prefixes of a service's Lambda functions by handler.
 *
 * @throws ProvisionError naming the two handlers that would share a logical name, or one that has none
 */
export function functionNames(service: ServiceDescription): Map<string, string> {
  const names = new Map<string, string>();
  const owners = new Map<string, string>();
  for (const handler of handlersOf(service)) {
    const name = logicalName(handler);
    const owner = owners.get(name);
    if (name === '' || name.length > 200) {
      throw new ProvisionError(
        `function ${JSON.stringify(handler)}: no logical name of 1 to 200 letters and digits can be derived`,
      );
    }
    if (owner !== undefined) {
      const both = `${JSON.stringify(owner)} and ${JSON.stringify(handler)}`;
      throw new ProvisionError(`functions ${both} both become the logical name ${name}Function: rename one`);
    }
    owners.set(name, handler);
    names.set(handler, name);
  }
  return names;
}

/** Name for folders, supervisord and the account: lower case, `-` for all that is not a letter or digit. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 28)
    .replace(/-+$/, '');
}
