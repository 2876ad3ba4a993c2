import { flagOf } from '../topology/flagged-parameters.ts';
import { imageProblem, rootDeviceOf } from '../topology/images.ts';
import type { Template, TemplateParameter } from '../topology/types.ts';

/** Values of a template's parameters by name, as CloudFormation would have them. */
export type Values = Readonly<Record<string, string | undefined>>;

/** What `--parameter` and the flags have given; nothing else needs a look at its form. */
interface Sources {
  readonly given: Readonly<Record<string, string>>;
  readonly flagged: Readonly<Record<string, string>>;
}

/** What is wrong with the values, each as one line that names where they come from. */
export function parameterProblems(
  template: Pick<Template, 'Parameters'>,
  { given, flagged }: Sources,
  values: Values,
): string[] {
  const declared = template.Parameters;
  const unknown = Object.keys(given)
    .filter((name) => !Object.hasOwn(declared, name))
    .map(
      (name) =>
        `--parameter ${name}: it is none of ${Object.keys(declared).join(', ') || 'the parameters, for the template has none'}`,
    );
  const twice = Object.keys(given)
    .filter((name) => Object.hasOwn(flagged, name))
    .map((name) => `--parameter ${name} and ${flagOf(name)} are the same: give one of them`);
  const missing = Object.entries(declared)
    .filter(([name]) => values[name] === undefined)
    .map(([name, { Description, Type }]) => `--parameter ${name}=VALUE is missing: ${Description} (${Type})`);
  const wrong = Object.entries(given).flatMap(([name, value]) => {
    const problem = declared[name] && valueProblem(declared[name], value);
    return problem ? [`--parameter ${name}=${value}: ${problem}`] : [];
  });
  return [...unknown, ...twice, ...missing, ...wrong, ...togetherProblems(values)];
}

function valueProblem(parameter: TemplateParameter, value: string): string | undefined {
  const { Type, MinValue = Number.NEGATIVE_INFINITY, MaxValue = Number.POSITIVE_INFINITY } = parameter;
  const { AllowedPattern, ConstraintDescription } = parameter;
  if (Type === 'Number') {
    if (!/^-?\d+(\.\d+)?$/.test(value)) return 'it must be a number';
    if (Number(value) < MinValue) return `it must be ${MinValue} at least`;
    return Number(value) > MaxValue ? `it must be ${MaxValue} at most` : undefined;
  }
  if (AllowedPattern === undefined || new RegExp(`^(?:${AllowedPattern})$`).test(value)) return undefined;
  return ConstraintDescription ?? `it does not match ${AllowedPattern}`;
}

/** What values have to be together. */
function togetherProblems(values: Values): string[] {
  const { MinSize, MaxSize, Ec2Weight, LambdaWeight, ImageId = '', RootDevice } = values;
  const problems: string[] = [];
  if (Number(MinSize) > Number(MaxSize)) {
    problems.push(`--parameter MinSize=${MinSize} is above MaxSize=${MaxSize}: give --parameter MaxSize too`);
  }
  if (Number(Ec2Weight) === 0 && Number(LambdaWeight) === 0) {
    problems.push('--ec2Weight and --lambdaWeight are both 0: nothing would take the traffic');
  }
  const image = imageProblem(ImageId);
  if (image !== undefined) problems.push(`--parameter ImageId=${ImageId} ${image}`);
  const device = rootDeviceOf(ImageId);
  if (device !== undefined && RootDevice !== undefined && RootDevice !== device) {
    problems.push(`--parameter RootDevice=${RootDevice}: that of ${ImageId} is ${device}`);
  }
  return problems;
}
