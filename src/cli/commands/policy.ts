import { slugOf } from '../../../infra/topology/names.ts';
import { defineAction } from '../command.ts';
import { print } from '../output.ts';
import { STAND_IN } from './artifact.ts';
import { type AwsFlags, checkAwsFlags, withAwsFlags } from './aws-flags.ts';
import { checkRoleArn, ROLE_FLAG } from './role-flag.ts';
import { chosenStage, target } from './stage.ts';
import { together } from './together.ts';
import { warn } from './topology-files.ts';
import { type TopologyFlags, topologyOptions, withTopologyFlags } from './topology-flags.ts';

interface Flags extends TopologyFlags, AwsFlags {
  readonly for: 'deployer' | 'serviceRole';
  readonly roleArn?: string;
  readonly stack?: string;
  readonly stage?: string;
}

export const policyCommand = defineAction<Flags>({
  builder: (yargs) =>
    withAwsFlags(withTopologyFlags(yargs))
      .option('for', {
        choices: ['deployer', 'serviceRole'] as const,
        default: 'deployer',
        describe: 'Who gets the policy: who runs app, or the role of --roleArn',
      })
      .option('roleArn', ROLE_FLAG),
  handler: async (flags, tools) => {
    const { emitTopology } = await import('../../../infra/index.ts');
    const policies = await import('../../../infra/policy/index.ts');
    const { checkStackName } = await import('../../../infra/deploy/index.ts');
    const service = await tools.service();
    const stage = await chosenStage(flags, tools);
    const where = target(flags, stage, service);
    const slug = slugOf(service.name);
    const options = topologyOptions(flags, stage, service, tools.extension);
    const [{ template }] = together(
      () => emitTopology({ ...options, s3Key: options.s3Key ?? `${slug}/${STAND_IN}.zip` }),
      () => checkStackName(where.stack),
      () => checkAwsFlags(flags),
      () => checkRoleArn(flags.roleArn),
    );
    const roleArn = flags.roleArn ?? stage.settings.roleArn;
    const place = {
      region: where.region,
      roleArn,
      stack: where.stack,
      slug,
      bucket: options.s3Bucket,
      key: options.s3Key,
    };
    const policy =
      flags.for === 'deployer'
        ? policies.deployerPolicy(template, place)
        : policies.serviceRolePolicy(template, place);
    const unknown = policies.unknownTypes(template);
    if (unknown.length > 0) warn(`what these types need is not known here: ${unknown.join(', ')}`);
    const size = JSON.stringify(policy).length;
    if (size > policies.MANAGED_POLICY_CHARACTERS) {
      warn(
        `the policy has ${size} characters; a managed policy of IAM may have ${policies.MANAGED_POLICY_CHARACTERS}: divide its statements among several`,
      );
    }
    await print(JSON.stringify(policy, null, 2));
  },
});
