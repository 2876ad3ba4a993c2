import type {
  AutoScalingClient,
  CloudFormationClient,
  CloudWatchLogsClient,
  S3Client,
} from '../../src/aws/sdk/deployment.ts';
import { DeployError } from './errors.ts';

type Sdk = typeof import('../../src/aws/sdk/deployment.ts');

/** Where and as whom to call AWS; what is absent comes from the environment and the shared configuration files. */
export interface AwsOptions {
  readonly region?: string;
  /** Named profile of the shared configuration files. */
  readonly profile?: string;
  /** One endpoint for every service, such as a stand-in for AWS; S3 is then addressed by path. */
  readonly endpointUrl?: string;
}

/** Clients of the services that a deployment needs, and the commands they take. */
export interface Aws {
  readonly sdk: Sdk;
  readonly region: string;
  readonly endpointUrl?: string;
  readonly cloudFormation: CloudFormationClient;
  readonly s3: S3Client;
  readonly autoScaling: AutoScalingClient;
  readonly logs: CloudWatchLogsClient;
}

/** Loads the SDK. @throws DeployError for an unknown profile; Error of the SDK when there is no region */
export async function connect({ region, profile, endpointUrl }: AwsOptions): Promise<Aws> {
  const sdk = await (await import('../../src/aws/sdk.deferred.ts')).loadDeployment();
  await checkProfile(sdk, profile);
  const common = {
    // The SDK for JavaScript does not read AWS_DEFAULT_REGION, which the AWS CLI does.
    region: region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
    profile,
    endpoint: endpointUrl,
    maxAttempts: 5,
  };
  const aws = {
    sdk,
    endpointUrl,
    cloudFormation: new sdk.CloudFormationClient(common),
    s3: new sdk.S3Client({ ...common, forcePathStyle: endpointUrl !== undefined }),
    autoScaling: new sdk.AutoScalingClient(common),
    logs: new sdk.CloudWatchLogsClient(common),
  };
  for (const client of [aws.cloudFormation, aws.s3, aws.autoScaling, aws.logs]) nameOperations(client);
  return { ...aws, region: await aws.cloudFormation.config.region() };
}

/** The SDK takes an unknown profile for an empty one, and then misses a region or credentials. */
async function checkProfile(sdk: Sdk, flag: string | undefined): Promise<void> {
  // Keys in the environment make AWS_PROFILE count for nothing else.
  const fromEnvironment = process.env.AWS_ACCESS_KEY_ID ? undefined : process.env.AWS_PROFILE;
  const name = flag ?? fromEnvironment;
  if (!name) return;
  const { configFile, credentialsFile } = await sdk.loadSharedConfigFiles();
  const known = new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)]);
  if (known.has(name)) return;
  // Those with a dot are sections of another kind, such as SSO sessions.
  const profiles = [...known].filter((key) => !key.includes('.')).sort();
  const there = profiles.length === 0 ? 'there is no profile at all' : `there is ${profiles.join(', ')}`;
  throw new DeployError(
    `${flag === undefined ? 'AWS_PROFILE' : '--profile'} ${name} is not in the AWS configuration files: ${there}`,
  );
}

interface Middleware {
  readonly middlewareStack: { add(middleware: never, options: { step: 'initialize'; name: string }): void };
}

type Next = (args: unknown) => Promise<unknown>;

/** An error of the SDK does not tell which call failed. */
function nameOperations(client: Middleware): void {
  const middleware =
    (next: Next, context: { clientName?: string; commandName?: string }) => async (args: unknown) => {
      try {
        return await next(args);
      } catch (error) {
        const service = context.clientName?.replace(/Client$/, '');
        const operation = context.commandName?.replace(/Command$/, '');
        if (error instanceof Error) Object.assign(error, { operation: `${service} ${operation}` });
        throw error;
      }
    };
  client.middlewareStack.add(middleware as never, { step: 'initialize', name: 'nameOperation' });
}
