/** Rules of the load balancer for routes that run on one side only. */
import type { Method, RunOn } from '../../src/core/index.ts';
import { ProvisionError } from '../topology/errors.ts';
import type { RouteDescription } from '../topology/types.ts';
import { patternText } from './globs.ts';
import { isAlike, NoOrder, ordered } from './order.ts';
import { Routes } from './routes.ts';
import { type Unit, unitsOf } from './units.ts';

/** One rule: these paths, by these methods or any, lead to this side; `both` is the side of the last rule. */
export interface ListenerRule {
  readonly side: RunOn;
  readonly methods: readonly Method[] | undefined;
  readonly paths: readonly string[];
}

/**
 * What a rule may hold, and how many there may be besides the listener's default.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
 */
const LIMITS = { rules: 100, values: 5, valuesOfCondition: 3, wildcards: 5, characters: 128 } as const;

/**
 * The rules in their order, before a last one that takes what none of them does. `rest` is its side: routes there have a
 * rule only where another would take theirs.
 *
 * @throws ProvisionError for more rules than a load balancer has, and naming a path that no rule can hold
 */
export function listenerRules(routes: readonly RouteDescription[], rest: RunOn): ListenerRule[] {
  const asBoth = (runOn: RunOn) => (runOn === rest ? 'both' : runOn);
  const known = new Routes(routes.map((route) => ({ ...route, runOn: asBoth(route.runOn) })));
  const rules = packed(orderedUnits(known));
  const most = LIMITS.rules - 1;
  if (rules.length > most)
    throw new ProvisionError(
      `the routes need ${rules.length} rules of the load balancer besides the last, and it has ${most}: place whole prefixes, or fewer routes by themselves`,
    );
  return rules;
}

function orderedUnits(routes: Routes): Unit[] {
  try {
    return ordered(routes, unitsOf(routes));
  } catch (error) {
    if (!(error instanceof NoOrder)) throw error;
    const [one, other] = error.routes;
    throw new ProvisionError(
      `routes ${one} and ${other} are on different sides, and the load balancer's patterns, whose * matches / too, cannot tell their requests apart: place them on one side`,
    );
  }
}

/** Neighbours share a rule as far as it has room. */
function packed(units: readonly Unit[]): ListenerRule[] {
  const rules: ListenerRule[] = [];
  let last: Unit | undefined;
  let paths: string[] = [];
  const flush = () => {
    if (last !== undefined) rules.push(...rulesOf(last, paths));
    paths = [];
  };
  for (const unit of units) {
    const path = checkedPattern(unit);
    if (last !== undefined && !(isAlike(unit, last) && fits([...paths, path], last))) flush();
    paths.push(path);
    last = unit;
  }
  flush();
  return rules;
}

const wildcardsIn = (paths: readonly string[]) => paths.join('').match(/[*?]/g)?.length ?? 0;

function fits(paths: readonly string[], { methods }: Unit): boolean {
  const room = LIMITS.values - Math.min(methods?.size ?? 0, LIMITS.valuesOfCondition);
  return paths.length <= Math.min(room, LIMITS.valuesOfCondition) && wildcardsIn(paths) <= LIMITS.wildcards;
}

/** More methods than a condition holds make several rules. */
function rulesOf({ side, methods }: Unit, paths: readonly string[]): ListenerRule[] {
  if (methods === undefined) return [{ side, methods, paths }];
  const sorted = [...methods].sort();
  const rules: ListenerRule[] = [];
  for (let at = 0; at < sorted.length; at += LIMITS.valuesOfCondition)
    rules.push({ side, methods: sorted.slice(at, at + LIMITS.valuesOfCondition), paths });
  return rules;
}

function checkedPattern({ glob }: Unit): string {
  const text = patternText(glob);
  const wildcards = wildcardsIn([text]);
  const problem =
    text.length > LIMITS.characters
      ? `${text.length} characters, of ${LIMITS.characters}`
      : wildcards > LIMITS.wildcards && `${wildcards} wildcards, of ${LIMITS.wildcards}`;
  if (problem)
    throw new ProvisionError(
      `the load balancer's pattern ${text} has ${problem}: place the route with the others of its prefix`,
    );
  return text;
}
