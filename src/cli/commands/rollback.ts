import type { Deployed, Session } from '../../../infra/deploy/index.ts';
import { S3_KEY } from '../../../infra/topology/forms.ts';
import { slugOf } from '../../../infra/topology/names.ts';
import { ConfigError } from '../../core/index.ts';
import { defineAction } from '../command.ts';
import { FlagError } from '../flag-values.ts';
import {
  type AwsFlags,
  checkAwsFlags,
  printResult,
  requireAnswerer,
  withAwsFlags,
  withChangeFlags,
  withSession,
} from './aws-flags.ts';
import { ALLOW_REMOVAL_FLAG, checkAllowRemoval } from './deployment-flags.ts';
import { checkRoleArn } from './role-flag.ts';
import { chosenStage, target } from './stage.ts';
import { together } from './together.ts';

interface Flags extends AwsFlags {
  readonly to?: string;
  readonly list: boolean;
  readonly allowRemoval?: string[];
  readonly roleArn?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

export const rollbackCommand = defineAction<Flags>({
  builder: (yargs) =>
    withChangeFlags(withAwsFlags(yargs), 'Do not ask before the change set is run')
      .option('to', {
        string: true,
        describe: 'Number in the list, or key in the bucket (default the artifact before the deployed one)',
      })
      .option('list', { boolean: true, default: false, describe: 'Print the list only' })
      .option('allowRemoval', ALLOW_REMOVAL_FLAG),
  handler: async (flags, tools) => {
    const deploy = await import('../../../infra/deploy/index.ts');
    const service = await tools.service();
    const stage = await chosenStage(flags, tools);
    const where = target(flags, stage, service);
    together(
      () => checkAwsFlags(flags),
      () => checkRoleArn(flags.roleArn),
      () => checkAllowRemoval(flags.allowRemoval),
      () => checkTo(flags.to),
      () => deploy.checkStackName(where.stack),
    );
    if (!flags.list) requireAnswerer(flags.yes, 'rollback');
    const slug = slugOf(service.name);
    return withSession(where, flags.yes, async (session) => {
      const { aws, say } = session;
      const { template, now } = await deployedIn(session, where.stack, service.name);
      const bucket = now.S3Bucket;
      const history = await deploy.historyOf(aws, bucket, slug, where.stack);
      const lines = deploy.table(historyRows(history, now.S3Key), ['NO', 'TIME', 'VERSION', 'ARTIFACT', '']);
      if (flags.list) {
        await printResult(flags.json, { stack: where.stack, deployed: now.S3Key, history }, lines);
        return 0;
      }
      lines.forEach(say);
      const to = chosen(flags.to, history, now.S3Key);
      await deploy.requireObject(aws, bucket, to.key);
      const other = deploy.withArtifact(template, to);
      const deployment = {
        ...{ stack: where.stack, service: service.name, slug, bucket, parameters: {}, tags: {} },
        ...{ allowRemoval: flags.allowRemoval ?? [], protect: stage.settings.protected },
        roleArn: flags.roleArn ?? stage.settings.roleArn,
      };
      const templateText = `${JSON.stringify(other, null, 2)}\n`;
      const result = await deploy.deploy(session, deployment, { template: other, templateText });
      if (result.result === 'declined') {
        say('nothing was rolled back');
        return 1;
      }
      if (result.result !== 'unchanged')
        await deploy.recordDeployment(session, slug, where.stack, deploy.metadataOf(other)!);
      const artifact = { bucket, key: to.key, sha256: to.sha256, version: to.version };
      await printResult(flags.json, { ...result, artifact }, [
        `stack ${result.stack} is ${result.result}, with ${to.key}`,
      ]);
      return 0;
    });
  },
});

/** The template of the stack, and which artifact it is of. @throws ConfigError where that is not known */
async function deployedIn({ aws }: Session, name: string, service: string) {
  const deploy = await import('../../../infra/deploy/index.ts');
  const stack = await deploy.findStack(aws, name);
  if (!stack) throw new ConfigError(`there is no stack ${name} in ${aws.region}`);
  deploy.checkOwner(stack, service);
  const template = await deploy.deployedTemplate(aws, stack.StackId!);
  const now = deploy.metadataOf(template);
  if (!template || !now) {
    throw new ConfigError(
      `stack ${name}: its template does not tell its artifact (Metadata.Amphi); deploy it by app provision once`,
    );
  }
  return { template, now };
}

/** @throws FlagError for what is neither a number nor a key */
function checkTo(to: string | undefined): void {
  const problem = to === undefined ? undefined : S3_KEY.problem(to);
  if (problem !== undefined) throw new FlagError(`--to ${JSON.stringify(to)} ${problem}`);
}

const NONE = 'there is nothing to roll back to: no other artifact is noted, nor in the bucket';

/** @throws ConfigError naming what --to cannot be */
function chosen(to: string | undefined, history: readonly Deployed[], now: string): Deployed {
  if (to === undefined) {
    const at = history.findIndex(({ key }) => key === now);
    const before = history.slice(at + 1).find(({ key }) => key !== now);
    if (!before) throw new ConfigError(NONE);
    return before;
  }
  const found = /^\d{1,3}$/.test(to) ? history[Number(to) - 1] : history.find(({ key }) => key === to);
  if (found?.key === now || to === now) throw new ConfigError(`--to ${to}: that is what is deployed`);
  if (found) return found;
  if (/^\d{1,3}$/.test(to)) throw new FlagError(`--to ${to}: the list has ${history.length} entries`);
  const sha256 = /(?:^|\/)([0-9a-f]{64})\.zip$/.exec(to)?.[1];
  return { time: '', key: to, sha256 };
}

function historyRows(history: readonly Deployed[], now: string): string[][] {
  return history.map(({ time, version = '', key }, at) => [
    ...[String(at + 1), time, version, key],
    key === now ? 'is deployed' : '',
  ]);
}
