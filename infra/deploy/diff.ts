import { isDeepStrictEqual } from 'node:util';
import type { Stack } from '@aws-sdk/client-cloudformation';
import type { Template } from '../topology/types.ts';
import { change } from './change-lines.ts';
import { paint } from './paint.ts';
import type { ParameterPlan } from './parameters.ts';

/** One value that differs; what is absent on one side is `undefined`. */
export interface Difference {
  /** Such as `Resources.HttpFunction.Properties.MemorySize`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface StackDiff {
  readonly template: readonly Difference[];
  readonly parameters: readonly Difference[];
}

/** Where two values differ; a whole object that is on one side only is one difference. */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ path, before, after }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => differences(before[key], after[key], path === '' ? key : `${path}.${key}`));
}

type Container = Readonly<Record<string, unknown>>;

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** The deployed stack against what would be deployed. */
export function diffOf(
  stack: Stack | undefined,
  deployed: Template | undefined,
  template: Template,
  { parameters }: ParameterPlan,
): StackDiff {
  const now = Object.fromEntries(
    (stack?.Parameters ?? []).map(({ ParameterKey, ParameterValue }) => [ParameterKey!, ParameterValue]),
  );
  const given = new Map(parameters.map((parameter) => [parameter.ParameterKey, parameter]));
  const then = Object.entries(template.Parameters).map(([name, { Default }]) => {
    const parameter = given.get(name);
    const value = parameter?.UsePreviousValue
      ? now[name]
      : (parameter?.ParameterValue ?? Default?.toString());
    return [name, value];
  });
  return {
    // As the text has it: what is undefined is not there.
    template: differences(deployed ?? {}, JSON.parse(JSON.stringify(template))),
    parameters: differences(now, Object.fromEntries(then)),
  };
}

/** The differences for reading: `+` is new, `-` goes, `~` changes. */
export function diffLines({ template, parameters }: StackDiff): string[] {
  const lines = [
    ...parameters.map((each) => line({ ...each, path: `parameter ${each.path}` })),
    ...template.map(line),
  ];
  return lines.length > 0 ? lines : ['no differences'];
}

function line({ path, before, after }: Difference): string {
  const type = typeOf(after ?? before);
  if (before === undefined) return paint('green', `+ ${path}${type ?? `: ${shown(after)}`}`);
  if (after === undefined) return paint('red', `- ${path}${type ?? `: ${shown(before)}`}`);
  return paint('yellow', `~ ${path}: ${change(shown(before), shown(after))}`);
}

/** A whole resource is told by its type. */
function typeOf(value: unknown): string | undefined {
  const type = isContainer(value) ? value.Type : undefined;
  return typeof type === 'string' ? `  ${type}` : undefined;
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
