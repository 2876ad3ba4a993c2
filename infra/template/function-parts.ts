/** What single functions have beside memory, timeout and environment. */
import { ref, resource, type TemplateResource } from '../intrinsics.ts';
import type { FunctionSettings } from '../topology/function-settings.ts';
import { ALIAS } from './aliases.ts';
import type { Grant } from './policies.ts';

/**
 * X-Ray has no resources.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
 */
export const TRACES: Grant = {
  actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  resources: ['*'],
};

const SEND: Readonly<Record<string, string>> = {
  sqs: 'sqs:SendMessage',
  sns: 'sns:Publish',
  lambda: 'lambda:InvokeFunction',
  events: 'events:PutEvents',
};

/** Lambda sends to a destination with the function's own role. */
export function destinationGrants({ onFailure, onSuccess }: FunctionSettings): Grant[] {
  const arns = new Set([onFailure, onSuccess].filter((arn) => arn !== undefined));
  return [...arns].map((arn) => ({ actions: [SEND[arn.split(':')[2]!]!], resources: [arn] }));
}

/** Asynchronous invocations: tries, age and destinations. Lambda checks the role, so that comes first. */
export function asynchronous(
  fn: string,
  role: string,
  { retries, maxEventAge, onFailure, onSuccess, provisionedConcurrency }: FunctionSettings,
): Record<string, TemplateResource> {
  if ([retries, maxEventAge, onFailure, onSuccess].every((setting) => setting === undefined)) return {};
  const kept = provisionedConcurrency !== undefined;
  const destinations = {
    ...(onFailure === undefined ? {} : { OnFailure: { Destination: onFailure } }),
    ...(onSuccess === undefined ? {} : { OnSuccess: { Destination: onSuccess } }),
  };
  return {
    [`${fn}Invocations`]: resource(
      'AWS::Lambda::EventInvokeConfig',
      {
        FunctionName: ref(fn),
        Qualifier: kept ? ALIAS : '$LATEST',
        ...(retries === undefined ? {} : { MaximumRetryAttempts: retries }),
        ...(maxEventAge === undefined ? {} : { MaximumEventAgeInSeconds: maxEventAge }),
        ...(Object.keys(destinations).length === 0 ? {} : { DestinationConfig: destinations }),
      },
      { DependsOn: kept ? [role, `${fn}Alias`] : role },
    ),
  };
}

/** Lambda tells a custom runtime its level only with logs as JSON, which these are. */
export function levelOf({ logLevel }: FunctionSettings) {
  return logLevel === undefined ? {} : { LogFormat: 'JSON' as const, ApplicationLogLevel: logLevel };
}

export function retentionOf({ logRetentionDays }: FunctionSettings) {
  return logRetentionDays === undefined ? {} : { logRetentionDays };
}
