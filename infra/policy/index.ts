/** The IAM policies of who deploys a service, and of the role that CloudFormation may take. */
import type { Template } from '../topology/types.ts';
import { commandStatements } from './command-statements.ts';
import { resourceStatements } from './resource-statements.ts';
import type { Place, PolicyDocument, PolicyScope, Statement } from './types.ts';

export { unknownTypes } from './resource-statements.ts';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const MANAGED_POLICY_CHARACTERS = 6144;

/** The commands' own calls, and what the resources need where no role of CloudFormation's has that. */
export function deployerPolicy(template: Template, place: Place): PolicyDocument {
  const scope = scopeOf(place);
  const resources = place.roleArn === undefined ? resourceStatements(template, scope) : [];
  return documentOf([...commandStatements(scope), ...resources]);
}

/** What CloudFormation's role needs: all that the resources do. */
export function serviceRolePolicy(template: Template, place: Place): PolicyDocument {
  const scope = scopeOf(place);
  const keys = [`${place.slug}/*`, ...(place.key === undefined ? [] : [place.key])];
  const artifacts = keys.map((key) => scope.arn(`s3:::${place.bucket}/${key}`));
  const reads: Statement = { Sid: 'Code', Effect: 'Allow', Action: ['s3:GetObject'], Resource: artifacts };
  return documentOf([reads, ...resourceStatements(template, scope)]);
}

const documentOf = (Statement: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });

function scopeOf(place: Place): PolicyScope {
  const { region = '*' } = place;
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return { ...place, arn: (rest) => `arn:${partition}:${rest.replace('REGION', region)}` };
}
