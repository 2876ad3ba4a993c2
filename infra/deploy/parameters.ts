import type { Parameter, Stack } from '@aws-sdk/client-cloudformation';
import { rootDeviceOf } from '../topology/images.ts';
import type { Template } from '../topology/types.ts';
import type { Aws } from './aws.ts';
import { parameterProblems, type Values } from './parameter-checks.ts';

type Texts = Readonly<Record<string, string>>;

/** Where the parameters of a stack come from. */
export interface ParameterSources {
  /** By `--parameter`: stays until it is given anew. */
  readonly parameters: Texts;
  /** By flags of their own, such as `--appCidr`; they win over what the stack has. Default: none. */
  readonly flagged?: Texts;
  /** Take the newest image in place of the one that the stack runs on. */
  readonly renewImage?: boolean;
}

export interface ParameterPlan {
  /** Of a change set. */
  readonly parameters: readonly Parameter[];
  /** Each names the flag; with any, the parameters are of no use. */
  readonly problems: readonly string[];
  /** Values that the stack has, and keeps. */
  readonly kept: Texts;
  /** Image that the instances stay on although a newer one may be out. */
  readonly keptImage?: string;
}

/**
 * The parameters of a change set. A value once given by `--parameter` stays until it is given anew, by a flag of its
 * own as well; any other follows the template's default, so that flags behind a default count on an update, too.
 * @param stack the stack as it is, where it has values to keep
 * @param update whether it is updated; else its values go to a new one, to which `UsePreviousValue` means nothing
 */
export async function planParameters(
  aws: Aws,
  template: Pick<Template, 'Parameters'>,
  sources: ParameterSources,
  stack: Stack | undefined,
  update: boolean,
): Promise<ParameterPlan> {
  const declared = template.Parameters;
  const { parameters: given, flagged: allFlagged = {} } = sources;
  const flagged = pick(allFlagged, (name) => Object.hasOwn(declared, name));
  const kept = stack ? pick(await overriddenIn(aws, stack), (name) => Object.hasOwn(declared, name)) : {};
  const defaults = pick(
    Object.fromEntries(Object.entries(declared).map(([name, { Default }]) => [name, Default?.toString()])),
    (_, value) => value !== undefined,
  );
  const chosen: Record<string, string | undefined> = { ...kept, ...flagged, ...given };
  const derived = derivedFrom({ ...defaults, ...chosen }, sources, declared, update ? stack : undefined);
  const fresh = { ...flagged, ...derived, ...given };
  const parameters = Object.keys(declared).flatMap((name): Parameter[] => {
    if (Object.hasOwn(fresh, name)) return [{ ParameterKey: name, ParameterValue: fresh[name] }];
    if (!Object.hasOwn(kept, name)) return [];
    return [
      update
        ? { ParameterKey: name, UsePreviousValue: true }
        : { ParameterKey: name, ParameterValue: kept[name] },
    ];
  });
  const values: Values = { ...defaults, ...kept, ...fresh };
  return {
    parameters,
    kept: pick(kept, (name) => !Object.hasOwn(fresh, name)),
    problems: parameterProblems(template, { given, flagged }, values),
    keptImage: (update && !Object.hasOwn(given, 'PinnedImageId') && values.PinnedImageId) || undefined,
  };
}

function pick<Value>(
  values: Readonly<Record<string, Value>>,
  wanted: (name: string, value: Value) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => wanted(name, value)));
}

/** Parameters that follow from others: the image's root device, and the image that an update stays on. */
function derivedFrom(
  values: Values,
  { renewImage = false }: ParameterSources,
  declared: Template['Parameters'],
  stack: Stack | undefined,
): Texts {
  const device = rootDeviceOf(values.ImageId ?? '');
  const pin = renewImage ? '' : runningImage(values.ImageId, stack);
  return pick(
    { ...(device !== undefined && { RootDevice: device }), ...(pin !== undefined && { PinnedImageId: pin }) },
    (name, value) => Object.hasOwn(declared, name) && values[name] !== value,
  );
}

/**
 * The image that the stack runs on. CloudFormation looks the path of a parameter up anew on every update, and a newer
 * image there would replace the instances although nobody asked for it.
 * @returns `''` where another path is to be looked up, `undefined` where nothing is known
 */
function runningImage(path: string | undefined, stack: Stack | undefined): string | undefined {
  const of = (name: string) => stack?.Parameters?.find(({ ParameterKey }) => ParameterKey === name);
  const image = of('ImageId');
  if (image === undefined) return undefined;
  if (image.ParameterValue !== path) return '';
  return of('PinnedImageId')?.ParameterValue || image.ResolvedValue;
}

/** The parameters of a stack whose value is not its own template's default. */
async function overriddenIn(aws: Aws, stack: Stack): Promise<Record<string, string>> {
  const { Parameters: declared = [] } = await aws.cloudFormation.send(
    new aws.sdk.GetTemplateSummaryCommand({ StackName: stack.StackId }),
  );
  const types = new Map(declared.map((entry) => [entry.ParameterKey, entry]));
  const kept = (stack.Parameters ?? []).filter(({ ParameterKey, ParameterValue }) => {
    const { DefaultValue, ParameterType } = types.get(ParameterKey) ?? {};
    // Only a name can have been given for a value that is looked up; moto shows what it found instead.
    const lookedUp = ParameterType?.startsWith('AWS::SSM::Parameter::Value<');
    return ParameterValue !== DefaultValue && !(lookedUp && ParameterValue?.startsWith('ami-'));
  });
  return Object.fromEntries(kept.map(({ ParameterKey, ParameterValue }) => [ParameterKey!, ParameterValue!]));
}
