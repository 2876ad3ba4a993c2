import { environmentProblem } from '../../src/adapters/supervisor/encode.ts';
import { LAMBDA_ENVIRONMENT_BYTES } from '../../src/aws/quotas.ts';

/** Variables that Lambda sets itself and refuses in a template, or that would break the runtime. */
const RESERVED = /^(AWS_|LAMBDA_)/;

/** Variables by which the template tells functions and instances of each other. */
const OWN = ['AMPHI_TARGETS', 'AMPHI_QUEUES', 'AMPHI_SECRETS'];

/** CloudFormation's dynamic references. */
const DYNAMIC = /\{\{\s*resolve:/;

/** What keeps an environment from being one of functions and server alike, one line each. */
export function environmentProblems(environment: Readonly<Record<string, unknown>>, label: string): string[] {
  const problems = Object.entries(environment).flatMap(([name, value]) => {
    const problem = variableProblem(name, value);
    return problem === undefined ? [] : [`${label} ${name}: ${problem}`];
  });
  const bytes = Buffer.byteLength(JSON.stringify(environment));
  if (bytes > LAMBDA_ENVIRONMENT_BYTES) {
    problems.push(
      `${label}: the environment has ${bytes} bytes; AWS Lambda allows ${LAMBDA_ENVIRONMENT_BYTES}`,
    );
  }
  return problems;
}

/** Why a variable cannot have this name; `undefined` for nothing. */
export function variableNameProblem(name: string): string | undefined {
  if (!/^[A-Za-z]\w+$/.test(name)) return 'AWS Lambda takes a letter, then letters, digits or _ as a name';
  if (OWN.includes(name)) return 'the name is taken by the template itself';
  return RESERVED.test(name) ? 'the name is reserved by AWS Lambda' : undefined;
}

function variableProblem(name: string, value: unknown): string | undefined {
  const misnamed = variableNameProblem(name);
  if (misnamed !== undefined) return misnamed;
  if (typeof value !== 'string') return 'it is not a text';
  if (DYNAMIC.test(value)) {
    return '{{resolve:...}} would be resolved for functions, and stay as it is on instances: read the secret at run time';
  }
  const problem = environmentProblem(value);
  return problem === undefined ? undefined : `the instances' supervisord cannot hold it: ${problem}`;
}
