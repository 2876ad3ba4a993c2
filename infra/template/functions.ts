import { LAMBDA_DESCRIPTION_LENGTH } from '../../src/aws/quotas.ts';
import { HTTP_HANDLER } from '../../src/core/index.ts';
import { getAtt, ref, resource } from '../intrinsics.ts';
import { functionNames } from '../topology/names.ts';
import type { TemplateGroup, Topology } from '../topology/types.ts';
import { serviceRole } from './policies.ts';

/** Lambda functions: one per function of the registry and one for its routes, all of the same artifact. */
export function functionGroups(topology: Topology): TemplateGroup[] {
  return [...functionNames(topology.service)].map(([handler, name]) =>
    functionGroup(topology, handler, name),
  );
}

function functionGroup(topology: Topology, handler: string, name: string): TemplateGroup {
  const [fn, role, logs] = [`${name}Function`, `${name}FunctionRole`, `${name}FunctionLogs`];
  return {
    Resources: {
      [logs]: resource(
        'AWS::Logs::LogGroup',
        { RetentionInDays: topology.logRetentionDays },
        { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' },
      ),
      [role]: serviceRole('lambda.amazonaws.com', `Lets ${handler} write its own log`, 'WriteOwnLog', [
        { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [getAtt(logs, 'Arn')] },
      ]),
      [fn]: lambdaFunction(topology, handler, role, logs),
    },
    Outputs: {
      [`${fn}Name`]: { Description: `Name of the function of handler ${handler}`, Value: ref(fn) },
      [`${fn}Arn`]: { Description: `ARN of the function of handler ${handler}`, Value: getAtt(fn, 'Arn') },
    },
  };
}

/** Lambda's own settings of the runtime go before what the service gives to functions and server alike. */
function variables(topology: Topology, handler: string): Record<string, string> {
  return {
    ...topology.environment,
    ...(topology.shutdownExtension ? { AMPHI_SHUTDOWN_EXTENSION: '1' } : {}),
    ...(topology.stream && handler === HTTP_HANDLER ? { AMPHI_INVOKE_MODE: 'RESPONSE_STREAM' } : {}),
  };
}

function lambdaFunction(topology: Topology, handler: string, role: string, logs: string) {
  const { service, s3Bucket, s3Key } = topology;
  const environment = variables(topology, handler);
  return resource('AWS::Lambda::Function', {
    Description: `${service.name} ${service.version}: ${handler}`.slice(0, LAMBDA_DESCRIPTION_LENGTH),
    Runtime: 'provided.al2023',
    Architectures: ['x86_64'],
    Handler: handler,
    Code: { S3Bucket: s3Bucket, S3Key: s3Key },
    Role: getAtt(role, 'Arn'),
    MemorySize: topology.memorySize,
    Timeout: topology.timeout,
    LoggingConfig: { LogGroup: ref(logs) },
    ...(Object.keys(environment).length > 0 ? { Environment: { Variables: environment } } : {}),
  });
}
