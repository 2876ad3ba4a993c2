import { type Intrinsic, resource, type TemplateResource } from '../intrinsics.ts';

/** What a role may do: exact actions on exact resources, never a wildcard. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly (string | Intrinsic)[];
}

/** A role that one AWS service may assume, with one inline policy and nothing else. */
export function serviceRole(
  principal: string,
  description: string,
  policy: string,
  grants: Grant[],
): TemplateResource {
  return resource('AWS::IAM::Role', {
    Description: description,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: principal }, Action: 'sts:AssumeRole' }],
    },
    Policies: [
      {
        PolicyName: policy,
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: grants.map(({ actions, resources }) => ({
            Effect: 'Allow',
            Action: actions,
            Resource: resources,
          })),
        },
      },
    ],
  });
}
