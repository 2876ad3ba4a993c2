import { ConfigError } from '../../core/index.ts';
import { defineAction } from '../command.ts';
import {
  type AwsFlags,
  checkAwsFlags,
  printResult,
  requireAnswerer,
  withAwsFlags,
  withChangeFlags,
  withSession,
} from './aws-flags.ts';
import { checkRoleArn } from './role-flag.ts';
import { chosenStage, target } from './stage.ts';
import { together } from './together.ts';

interface Flags extends AwsFlags {
  readonly yes: boolean;
  readonly artifacts: boolean;
  readonly s3Bucket?: string;
  readonly roleArn?: string;
  readonly json: boolean;
}

export const deleteCommand = defineAction<Flags>({
  builder: (yargs) =>
    withChangeFlags(withAwsFlags(yargs), 'Do not ask')
      .option('artifacts', {
        boolean: true,
        default: false,
        describe: "Delete the service's uploads too, but for those of its other stacks",
      })
      .option('s3Bucket', { string: true, describe: 'Bucket of the uploads (default that of the stack)' }),
  handler: async (flags, tools) => {
    together(
      () => checkAwsFlags(flags),
      () => checkRoleArn(flags.roleArn),
    );
    const deploy = await import('../../../infra/deploy/index.ts');
    const { slugOf } = await import('../../../infra/topology/names.ts');
    const service = await tools.service();
    const slug = slugOf(service.name);
    const stage = await chosenStage(flags, tools);
    const roleArn = flags.roleArn ?? stage.settings.roleArn;
    const where = target(flags, stage, service);
    const name = where.stack;
    deploy.checkStackName(name);
    requireAnswerer(flags.yes, 'delete');
    return withSession(where, flags.yes, async (session) => {
      const { aws, say } = session;
      const stack = await deploy.findStack(aws, name);
      if (!stack) say(`there is no stack ${name} in ${aws.region}`);
      else deploy.checkOwner(stack, service.name);
      const plan = stack ? await deploy.deletionPlan(aws, stack.StackId!) : { retained: [] };
      const bucket = flags.s3Bucket ?? plan.bucket;
      if (flags.artifacts && bucket === undefined) {
        throw new ConfigError('--artifacts needs --s3Bucket: the stack does not tell where the uploads are');
      }
      // Before anything is deleted: without a look at the other stacks nobody knows what they need.
      const needed = flags.artifacts
        ? await deploy.neededUploads(aws, bucket!, service.name, slug, name)
        : [];
      if (stack && !(await deploy.removeStack(session, stack, plan, roleArn))) {
        say('nothing was deleted');
        return 1;
      }
      const uploads = flags.artifacts ? await deploy.deleteUploads(aws, bucket!, slug, needed) : [];
      if (flags.artifacts) {
        await deploy.deleteHistory(aws, bucket!, slug, name);
        say(`${uploads.length} uploads deleted from s3://${bucket}/${slug}/`);
        for (const [stack, keys] of needed) say(`stack ${stack} needs ${keys.length} uploads, which stay`);
      } else if (bucket) say(`uploads stay in s3://${bucket}/${slug}/; --artifacts deletes them too`);
      const retained = plan.retained.map(([resource]) => resource);
      const result = { stack: name, deleted: stack !== undefined, retained, uploads };
      await printResult(flags.json, result, stack ? [`stack ${name} is deleted`] : []);
      return 0;
    });
  },
});
