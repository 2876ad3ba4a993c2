import { LAMBDA_DESCRIPTION_LENGTH, LAMBDA_ENVIRONMENT_BYTES } from '../../src/aws/quotas.ts';
import { HTTP_HANDLER } from '../../src/core/index.ts';
import { joinParts } from '../instance/user-data/template.ts';
import { type Argument, getAtt, ref, resource } from '../intrinsics.ts';
import { ProvisionError } from '../topology/errors.ts';
import { type FunctionSettings, settingsOf } from '../topology/function-settings.ts';
import type { TemplateGroup, Topology } from '../topology/types.ts';
import type { Variables, Wired, Wiring } from '../wiring/index.ts';
import { mostBytes } from '../wiring/most-bytes.ts';
import { asynchronous, destinationGrants, levelOf, retentionOf, TRACES } from './function-parts.ts';
import { logGroup, writesLog } from './logs.ts';
import { attachedPolicy, type Grant, serviceRole } from './policies.ts';

/** Lambda functions: one for each function that is placed there and one for its routes, all of the same artifact. */
export function functionGroups(topology: Topology, { functions, names }: Wiring): TemplateGroup[] {
  return [...functions].map(([handler, wired]) =>
    functionGroup(topology, handler, names.get(handler)!, wired),
  );
}

function functionGroup(topology: Topology, handler: string, name: string, wired: Wired): TemplateGroup {
  const [fn, role, logs] = [`${name}Function`, `${name}FunctionRole`, `${name}FunctionLogs`];
  const { inline, late } = wired.grants;
  const settings = settingsOf(topology, handler);
  return {
    Resources: {
      [logs]: logGroup({ ...topology, ...retentionOf(settings) }),
      [role]: serviceRole({
        principal: 'lambda.amazonaws.com',
        description: `Lets ${handler} write its own log`,
        policies: {
          WriteOwnLog: [writesLog(logs)],
          Vpc: 'VpcConfig' in vpcOf(topology, settings) ? [VPC_ACCESS] : [],
          Handler: inline,
          Tracing: settings.tracing ? [TRACES] : [],
          Destinations: destinationGrants(settings),
        },
      }),
      [fn]: lambdaFunction(topology, handler, name, wired.variables),
      ...asynchronous(fn, role, settings),
      ...(late.length > 0 ? { [`${fn}Policy`]: attachedPolicy('Handler', role, late) } : {}),
    },
    Outputs: {
      // One for each: CloudFormation allows 200 outputs, and the ARN is made of the name.
      [`${fn}Name`]: { Description: `Name of the function of handler ${handler}`, Value: ref(fn) },
    },
  };
}

/**
 * Lambda makes the interfaces of a function in a VPC with its role. It asks for these on every resource: the ids are not
 * known before, and `ec2:Describe*` has no resources at all.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const VPC_ACCESS: Grant = {
  actions: [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ],
  resources: ['*'],
};

/** Lambda's own settings of the runtime go before what the service gives to functions and server alike. */
function variablesOf(
  topology: Topology,
  handler: string,
  wired: Variables,
  environment: Readonly<Record<string, string>>,
): Record<string, Argument> {
  const own = Object.entries(wired).map(([name, parts]) => [name, joinParts(parts)]);
  return {
    ...topology.environment,
    ...environment,
    ...(topology.shutdownExtension ? { AMPHI_SHUTDOWN_EXTENSION: '1' } : {}),
    ...(topology.stream && handler === HTTP_HANDLER ? { AMPHI_INVOKE_MODE: 'RESPONSE_STREAM' } : {}),
    ...Object.fromEntries(own),
  };
}

/** @throws ProvisionError giving the size when Lambda might refuse the environment */
function checkSize(
  topology: Topology,
  handler: string,
  wired: Variables,
  environment: Readonly<Record<string, string>>,
): void {
  const bytes =
    mostBytes([JSON.stringify({ ...topology.environment, ...environment })]) +
    Object.entries(wired).reduce((sum, [name, parts]) => sum + name.length + mostBytes(parts), 0);
  if (bytes > LAMBDA_ENVIRONMENT_BYTES && Object.keys(wired).length > 0)
    throw new ProvisionError(
      `function ${JSON.stringify(handler)}: its environment may have ${bytes} bytes with targets and secrets; AWS Lambda allows ${LAMBDA_ENVIRONMENT_BYTES}`,
    );
}

function lambdaFunction(topology: Topology, handler: string, name: string, wired: Variables) {
  const { service, s3Bucket, s3Key } = topology;
  const settings = settingsOf(topology, handler);
  const { memorySize = topology.memorySize, timeout = topology.timeout, environment: own = {} } = settings;
  checkSize(topology, handler, wired, own);
  const environment = variablesOf(topology, handler, wired, own);
  return resource('AWS::Lambda::Function', {
    Description: `${service.name} ${service.version}: ${handler}`.slice(0, LAMBDA_DESCRIPTION_LENGTH),
    Runtime: 'provided.al2023',
    Architectures: ['x86_64'],
    Handler: handler,
    Code: { S3Bucket: s3Bucket, S3Key: s3Key },
    Role: getAtt(`${name}FunctionRole`, 'Arn'),
    MemorySize: memorySize,
    Timeout: timeout,
    LoggingConfig: { LogGroup: ref(`${name}FunctionLogs`), ...levelOf(settings) },
    ...(settings.reservedConcurrency === undefined
      ? {}
      : { ReservedConcurrentExecutions: settings.reservedConcurrency }),
    ...(settings.tracing ? { TracingConfig: { Mode: 'Active' as const } } : {}),
    ...vpcOf(topology, settings),
    ...(Object.keys(environment).length > 0 ? { Environment: { Variables: environment } } : {}),
  });
}

function vpcOf(topology: Topology, settings: FunctionSettings) {
  const { subnetIds = topology.lambdaSubnetIds, securityGroupIds = topology.lambdaSecurityGroupIds } =
    settings;
  if (subnetIds === undefined) return {};
  return { VpcConfig: { SubnetIds: [...subnetIds], SecurityGroupIds: [...(securityGroupIds ?? [])] } };
}
