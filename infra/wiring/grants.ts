import type { Permission } from '../../src/core/index.ts';
import type { Argument } from '../intrinsics.ts';
import type { Grant } from '../template/policies.ts';
import type { Owner, References } from './references.ts';

/** What a role is granted: at once, and by a policy of its own that comes after it. */
export interface Grants {
  /** Part of the role. */
  readonly inline: readonly Grant[];
  /**
   * On resources of this template, which may depend on what has the role, as a bucket does whose events call the
   * function: inside the role they would make a circle.
   */
  readonly late: readonly Grant[];
}

/** One grant for each set of actions, with all its resources once. */
export function mergedGrants(grants: readonly Grant[]): Grant[] {
  const byActions = new Map<string, { actions: readonly string[]; resources: Map<string, Argument> }>();
  for (const { actions, resources } of grants) {
    const key = JSON.stringify(actions);
    const found = byActions.get(key) ?? { actions, resources: new Map() };
    byActions.set(key, found);
    for (const resource of resources) found.resources.set(JSON.stringify(resource), resource);
  }
  return [...byActions.values()].map(({ actions, resources }) => ({
    actions,
    resources: [...resources.values()],
  }));
}

/** The permissions of a handler. */
export function permissionGrants(
  owner: Owner,
  permissions: readonly Permission[],
  references: References,
): Grants {
  const inline: Grant[] = [];
  const late: Grant[] = [];
  for (const { actions, resources } of permissions)
    for (const resource of resources) {
      const isExpression = typeof resource === 'object' && !('parameter' in resource);
      const value = references.resolve(owner, 'permissions', resource as string);
      (isExpression ? late : inline).push({ actions, resources: [value] });
    }
  return { inline, late };
}
