import { isRoleArn } from '../../../infra/topology/stages.ts';
import { FlagError } from '../flag-values.ts';

/** Of every command that changes a stack. */
export const ROLE_FLAG = {
  string: true,
  describe: 'ARN of the role by which CloudFormation acts (default that of the stage, or of the stack)',
} as const;

/** @throws FlagError */
export function checkRoleArn(roleArn: string | undefined): void {
  if (roleArn === undefined || isRoleArn(roleArn)) return;
  throw new FlagError(`--roleArn ${JSON.stringify(roleArn)}: it must be the ARN of an IAM role`);
}
