import { LAMBDA_DESCRIPTION_LENGTH } from '../../src/aws/quotas.ts';
import { type Argument, getAtt, ref, resource, type TemplateResource } from '../intrinsics.ts';
import type { Topology } from '../topology/types.ts';
import { logGroup, writesLog } from './logs.ts';
import { type Grant, serviceRole } from './policies.ts';

/** A helper of the template's own. */
export interface InlineFunction {
  /** What follows the service's name in the description, cut to Lambda's limit. */
  readonly purpose: string;
  readonly roleDescription: string;
  /** Name of its policy. */
  readonly policy: string;
  /** What it may do beside writing its log. */
  readonly grant: Grant;
  /** Source of the module `index`, whose `handler` is called. */
  readonly code: string;
  readonly variables: Readonly<Record<string, Argument>>;
}

/**
 * A Python function whose code stands in the template, with its role and log group, by logical name. The Python runtime
 * brings its own AWS client, so this needs no artifact.
 */
export function inlineFunction(
  topology: Topology,
  name: string,
  { purpose, roleDescription, policy, grant, code, variables }: InlineFunction,
): Record<string, TemplateResource> {
  return {
    [`${name}Logs`]: logGroup(topology),
    [`${name}Role`]: serviceRole({
      principal: 'lambda.amazonaws.com',
      description: roleDescription,
      policies: { [policy]: [grant, writesLog(`${name}Logs`)] },
    }),
    [name]: resource('AWS::Lambda::Function', {
      Description: `${topology.service.name}: ${purpose}`.slice(0, LAMBDA_DESCRIPTION_LENGTH),
      Runtime: 'python3.13',
      Handler: 'index.handler',
      Code: { ZipFile: code },
      Role: getAtt(`${name}Role`, 'Arn'),
      MemorySize: 128,
      Timeout: 30,
      LoggingConfig: { LogGroup: ref(`${name}Logs`) },
      Environment: { Variables: variables },
    }),
  };
}
