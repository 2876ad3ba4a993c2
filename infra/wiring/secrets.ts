import { type Argument, sub } from '../intrinsics.ts';
import type { Grant } from '../template/policies.ts';

export const isManagedSecret = (reference: string): boolean => /^arn:[\w-]+:secretsmanager:/.test(reference);

/** Leave to read the secrets of a service, and nothing beside them. */
export function secretGrants(secrets: Readonly<Record<string, string>>): Grant[] {
  const references = [...new Set(Object.values(secrets))];
  const managed = references.filter(isManagedSecret);
  const parameters = references.filter((reference) => !isManagedSecret(reference)).map(parameterArn);
  return [
    ...(managed.length > 0 ? [{ actions: ['secretsmanager:GetSecretValue'], resources: managed }] : []),
    ...(parameters.length > 0 ? [{ actions: ['ssm:GetParameters'], resources: parameters }] : []),
  ];
}

/** The slash that a path starts with is the one before it in the ARN. */
function parameterArn(reference: string): Argument {
  if (reference.startsWith('arn:')) return reference;
  const arn = `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter`;
  return sub(`${arn}/${reference.replace(/^\//, '')}`);
}
