/** Functions whose environments are kept started: Lambda does that for a published version alone, by an alias. */
import { createHash } from 'node:crypto';
import { getAtt, ref, resource, type TemplateResource } from '../intrinsics.ts';
import { settingsOf } from '../topology/function-settings.ts';
import type { TemplateGroup, Topology } from '../topology/types.ts';
import type { Wiring } from '../wiring/index.ts';

/** Name of the alias that everything calls. */
export const ALIAS = 'live';

/** Its own parts: the policy by which it calls itself names itself. */
const OWN = new Set(['', 'Role', 'Logs', 'Policy', 'Invocations']);

const aliasOf = (fn: string) => `${fn}Alias`;

/**
 * The groups with everything that calls such a function calling its alias. A version is published anew when the function
 * changes, since its logical name does.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
 */
export function throughAliases(
  topology: Topology,
  { functions, names }: Wiring,
  groups: readonly TemplateGroup[],
): TemplateGroup[] {
  const kept = [...functions.keys()].flatMap((handler) => {
    const { provisionedConcurrency: count } = settingsOf(topology, handler);
    return count === undefined ? [] : [{ fn: `${names.get(handler)}Function`, count }];
  });
  const result = kept.reduce<TemplateGroup[]>(
    (all, { fn }) => all.map((group) => calling(fn, group)),
    [...groups],
  );
  return [...result, ...kept.map(({ fn, count }) => aliasGroup(fn, count, groups))];
}

/** Logical name of the version of a function as it is. */
export function versionName(fn: string, source: TemplateResource): string {
  const hash = createHash('sha256').update(JSON.stringify(source)).digest('hex').slice(0, 8);
  return `${fn}Version${hash}`;
}

function aliasGroup(fn: string, count: number, groups: readonly TemplateGroup[]): TemplateGroup {
  const source = groups.find(({ Resources = {} }) => Object.hasOwn(Resources, fn))!.Resources![fn]!;
  const version = versionName(fn, source);
  return {
    Resources: {
      [version]: resource('AWS::Lambda::Version', { FunctionName: ref(fn) }),
      [aliasOf(fn)]: resource('AWS::Lambda::Alias', {
        FunctionName: ref(fn),
        Name: ALIAS,
        FunctionVersion: getAtt(version, 'Version'),
        ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: count },
      }),
    },
  };
}

function calling(fn: string, group: TemplateGroup): TemplateGroup {
  const Resources = Object.entries(group.Resources ?? {}).map(([name, entry]) => {
    return [
      name,
      OWN.has(name.slice(fn.length)) && name.startsWith(fn) ? entry : redirected(fn, entry),
    ] as const;
  });
  return { ...group, ...(group.Resources && { Resources: Object.fromEntries(Resources) }) };
}

function redirected(fn: string, entry: TemplateResource): TemplateResource {
  // A URL has its alias in a property of its own.
  if (entry.Type === 'AWS::Lambda::Url') {
    const { TargetFunctionArn } = entry.Properties as { TargetFunctionArn?: unknown };
    const own = JSON.stringify(TargetFunctionArn) === JSON.stringify(getAtt(fn, 'Arn'));
    return own
      ? { ...entry, DependsOn: aliasOf(fn), Properties: { ...entry.Properties, Qualifier: ALIAS } }
      : entry;
  }
  return { ...entry, Properties: replaced(fn, entry.Properties) as object };
}

function replaced(fn: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => replaced(fn, each));
  if (typeof value !== 'object' || value === null) return value;
  const { 'Fn::GetAtt': attribute } = value as { 'Fn::GetAtt'?: [string, unknown] };
  if (attribute?.[0] === fn && attribute[1] === 'Arn') return ref(aliasOf(fn));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(fn, each)]));
}
