import { type Intrinsic, ref, resource, type TemplateResource } from '../intrinsics.ts';

/** What a role may do: exact actions on exact resources, never a wildcard. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly (string | Intrinsic)[];
}

export interface RoleParts {
  /** AWS service that may assume it. */
  readonly principal: string;
  readonly description: string;
  /** Inline policies by name; one without grants is left out. */
  readonly policies: Readonly<Record<string, readonly Grant[]>>;
  readonly managed?: readonly (string | Intrinsic)[];
}

/** A role that one AWS service may assume, with its inline policies and nothing else. */
export function serviceRole({ principal, description, policies, managed = [] }: RoleParts): TemplateResource {
  return resource('AWS::IAM::Role', {
    Description: description,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: principal }, Action: 'sts:AssumeRole' }],
    },
    Policies: Object.entries(policies)
      .filter(([, grants]) => grants.length > 0)
      .map(([PolicyName, grants]) => ({ PolicyName, PolicyDocument: policyDocument(grants) })),
    ...(managed.length > 0 ? { ManagedPolicyArns: [...managed] } : {}),
  });
}

/** A policy that is attached to a role after the role is there. @param role logical name */
export function attachedPolicy(name: string, role: string, grants: readonly Grant[]): TemplateResource {
  return resource('AWS::IAM::Policy', {
    PolicyName: name,
    PolicyDocument: policyDocument(grants),
    Roles: [ref(role)],
  });
}

function policyDocument(grants: readonly Grant[]) {
  return {
    Version: '2012-10-17',
    Statement: grants.map(({ actions, resources }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
    })),
  };
}
