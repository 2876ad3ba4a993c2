import { variableNameProblem } from './environment.ts';
import { SECRET } from './forms.ts';

/** @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html#sysman-parameter-name-constraints */
const PARAMETER = /^(arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter\/)?[\w./-]{1,1011}$/;

/** What is wrong with secrets by the names of their environment variables, one line each. */
export function secretProblems(secrets: Readonly<Record<string, unknown>>, label: string): string[] {
  return Object.entries(secrets).flatMap(([name, reference]) => {
    const problem = variableNameProblem(name) ?? referenceProblem(reference);
    return problem === undefined ? [] : [`${label} ${name}: ${problem}`];
  });
}

function referenceProblem(reference: unknown): string | undefined {
  const text = typeof reference === 'string' ? reference : '';
  if (PARAMETER.test(text) || SECRET.problem(text) === undefined) return undefined;
  return `${JSON.stringify(reference)} is neither the whole ARN of a Secrets Manager secret nor an SSM parameter`;
}

/** Variables that are given both as a value and as a secret. */
export function clashProblems(
  environment: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): string[] {
  return Object.keys(secrets)
    .filter((name) => Object.hasOwn(environment, name))
    .map((name) => `--env ${name} and --secret ${name}: give one of them`);
}
