import type { Aws, Deployment, Session } from '../../../infra/deploy/index.ts';
import * as sdk from '../../../src/aws/sdk/deployment.ts';

/** What the tests deploy. */
export const DEPLOYMENT: Deployment = {
  stack: 'omega',
  service: 'Omega Service',
  slug: 'omega-service',
  bucket: 'my-artifacts',
  parameters: { VpcId: 'vpc-1', SubnetIds: 'subnet-1,subnet-2' },
  tags: {},
};

type Input = Readonly<Record<string, unknown>>;
type Answer = (input: Input) => unknown;

/** One call that was made. */
export interface Call {
  readonly name: string;
  readonly input: Input;
}

/** An error as the SDK throws it. */
export function awsError(name: string, message: string, status = 400, more: object = {}): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status }, ...more });
}

/**
 * A session whose AWS answers as told, by the name of the command without `Command`, for what moto cannot play:
 * failures, rollbacks and half-done stacks.
 */
export function scripted(answers: Readonly<Record<string, Answer>>, confirms: readonly boolean[] = []) {
  const calls: Call[] = [];
  const said: string[] = [];
  const asked: string[] = [];
  const send = async (command: { constructor: { name: string }; input: Input }) => {
    const name = command.constructor.name.replace(/Command$/, '');
    calls.push({ name, input: command.input });
    const answer = answers[name];
    if (!answer) throw new Error(`not scripted: ${name}`);
    return answer(command.input);
  };
  const client = { send };
  const session = {
    aws: {
      sdk,
      region: 'eu-test-1',
      cloudFormation: client,
      s3: client,
      autoScaling: client,
      logs: client,
    } as unknown as Aws,
    say: (line: string) => void said.push(line),
    confirm: async (question: string) => {
      asked.push(question);
      return confirms[asked.length - 1] ?? true;
    },
    interrupted: '',
  } as Session;
  const names = () => calls.map(({ name }) => name);
  const inputOf = (name: string) => calls.find((call) => call.name === name)?.input;
  return { session, calls, names, inputOf, said, asked };
}
