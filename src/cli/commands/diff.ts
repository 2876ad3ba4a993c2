import { isSea } from 'node:sea';
import type { Session } from '../../../infra/deploy/index.ts';
import type { EmittedTopology } from '../../../infra/index.ts';
import { defineAction } from '../command.ts';
import { artifactFor } from './artifact.ts';
import { JSON_FLAG, printResult, withAwsFlags, withSession } from './aws-flags.ts';
import { type DeploymentFlags, type Planned, plannedDeployment } from './deployment.ts';
import { withDeploymentFlags } from './deployment-flags.ts';
import { chosenStage } from './stage.ts';
import { withTopologyFlags } from './topology-flags.ts';

interface Flags extends DeploymentFlags {
  readonly json: boolean;
}

export const diffCommand = defineAction<Flags>({
  builder: (yargs) => withDeploymentFlags(withAwsFlags(withTopologyFlags(yargs))).option('json', JSON_FLAG),
  handler: async (flags, tools) => {
    const deploy = await import('../../../infra/deploy/index.ts');
    const stage = await chosenStage(flags, tools);
    const planned = await plannedDeployment(flags, stage, await tools.service(), tools.extension);
    return withSession(planned.where, true, async (session) => {
      const { aws } = session;
      const { deployment } = planned;
      const found = await deploy.findStack(aws, deployment.stack);
      // A stack in review has no template yet.
      const there = found?.StackStatus === 'REVIEW_IN_PROGRESS' ? undefined : found;
      const deployed = there && (await deploy.deployedTemplate(aws, there.StackId!));
      const { template } = await emitted(flags, planned, session, deploy.metadataOf(deployed));
      const { stack, plan } = await deploy.checkTarget(session, deployment, template);
      const diff = deploy.diffOf(stack, deployed, template, plan);
      await printResult(flags.json, { stack: deployment.stack, ...diff }, deploy.diffLines(diff));
    });
  },
});

/** From source there is no artifact; the deployed one stands for it then. */
async function emitted(
  flags: Flags,
  { options, emit }: Planned,
  session: Session,
  deployed: { readonly S3Key: string; readonly Sha256?: string } | undefined,
): Promise<EmittedTopology> {
  if (options.s3Key !== undefined) return emit(undefined);
  if (flags.artifact === undefined && !isSea() && deployed?.Sha256 !== undefined) {
    session.say('from source there is no artifact: the deployed one is taken, and compared with nothing');
    return emit(deployed.Sha256);
  }
  return emit((await artifactFor(flags.artifact, options, session.say, 'diff')).sha256);
}
