import type { Parameter, Stack } from '@aws-sdk/client-cloudformation';
import type { Template } from '../topology/types.ts';
import type { Aws } from './aws.ts';
import { DeployError } from './errors.ts';

/**
 * Checks `--parameter` values against the template before anything is done.
 * @param known names whose value the existing stack has
 * @throws DeployError naming what is unknown or missing
 */
export function checkParameters(
  template: Pick<Template, 'Parameters'>,
  given: Readonly<Record<string, string>>,
  known: ReadonlySet<string>,
): void {
  const declared = template.Parameters;
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(declared, name))
    .map((name) => `--parameter ${name}: there is none of ${Object.keys(declared).join(', ')}`);
  for (const [name, { Default, Description, Type }] of Object.entries(declared)) {
    if (Default !== undefined || known.has(name) || Object.hasOwn(given, name)) continue;
    problems.push(`--parameter ${name}=VALUE is missing: ${Description} (${Type})`);
  }
  if (problems.length > 0) throw new DeployError(problems.join('\n'));
}

/**
 * The parameters of a change set. A value once given by `--parameter` stays until it is given anew; any other
 * follows the template's default, so that flags behind a default (`--appCidr`) count on an update as well.
 */
export async function parametersFor(
  aws: Aws,
  template: Pick<Template, 'Parameters'>,
  given: Readonly<Record<string, string>>,
  stack: Stack | undefined,
): Promise<Parameter[]> {
  const overridden = stack ? await overriddenIn(aws, stack) : new Set<string>();
  return Object.keys(template.Parameters).flatMap((name): Parameter[] => {
    if (Object.hasOwn(given, name)) return [{ ParameterKey: name, ParameterValue: given[name] }];
    return overridden.has(name) ? [{ ParameterKey: name, UsePreviousValue: true }] : [];
  });
}

/** The parameters of a stack whose value is not its own template's default. */
async function overriddenIn(aws: Aws, stack: Stack): Promise<Set<string>> {
  const { Parameters: declared = [] } = await aws.cloudFormation.send(
    new aws.sdk.GetTemplateSummaryCommand({ StackName: stack.StackId }),
  );
  const types = new Map(declared.map((entry) => [entry.ParameterKey, entry]));
  const names = (stack.Parameters ?? []).filter(({ ParameterKey, ParameterValue }) => {
    const { DefaultValue, ParameterType } = types.get(ParameterKey) ?? {};
    // Only a name can have been given for a value that is looked up; moto shows what it found instead.
    const lookedUp = ParameterType?.startsWith('AWS::SSM::Parameter::Value<');
    return ParameterValue !== DefaultValue && !(lookedUp && ParameterValue?.startsWith('ami-'));
  });
  return new Set(names.map(({ ParameterKey }) => ParameterKey!));
}
