import { LAMBDA_ENVIRONMENT_BYTES } from '../../src/aws/quotas.ts';

/** Variables that Lambda sets itself and refuses in a template, or that would break the runtime. */
const RESERVED = /^(AWS_|LAMBDA_)/;

/** What keeps an environment from being one of a Lambda function, one line each. */
export function environmentProblems(environment: Readonly<Record<string, unknown>>): string[] {
  const problems = Object.entries(environment).flatMap(([name, value]) => variableProblem(name, value) ?? []);
  const bytes = Buffer.byteLength(JSON.stringify(environment));
  if (bytes > LAMBDA_ENVIRONMENT_BYTES) {
    problems.push(`the environment has ${bytes} bytes; AWS Lambda allows ${LAMBDA_ENVIRONMENT_BYTES}`);
  }
  return problems;
}

function variableProblem(name: string, value: unknown): string | undefined {
  if (!/^[A-Za-z]\w+$/.test(name)) {
    return `environment variable ${JSON.stringify(name)}: AWS Lambda takes a letter, then letters, digits or _`;
  }
  if (RESERVED.test(name)) return `environment variable ${name} is reserved by AWS Lambda`;
  return typeof value === 'string' ? undefined : `environment variable ${name} is not a text`;
}
