import type { Stage } from '../../../infra/topology/stages.ts';
import type { Service } from '../../core/index.ts';
import { defineAction, type Extension } from '../command.ts';
import { storeArtifact } from './artifact.ts';
import { printResult, requireAnswerer, withAwsFlags, withChangeFlags, withSession } from './aws-flags.ts';
import { checkDeploymentFlags, type DeploymentFlags, plannedDeployment } from './deployment.ts';
import { ALLOW_REMOVAL_FLAG, withDeploymentFlags } from './deployment-flags.ts';
import { checkOutputs, writeOutputs } from './outputs-file.ts';
import { chosenStage } from './stage.ts';
import { writeFiles } from './topology-files.ts';
import { withTopologyFlags } from './topology-flags.ts';

interface Flags extends DeploymentFlags {
  readonly noop: boolean;
  readonly out?: string;
  readonly outputs?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

export const provisionCommand = defineAction<Flags>({
  builder: (yargs) =>
    withChangeFlags(
      withDeploymentFlags(withAwsFlags(withTopologyFlags(yargs))),
      'Do not ask before the change set is run',
    )
      .option('noop', {
        boolean: true,
        default: false,
        describe: 'Write template, user-data and supervisord configuration only; touch nothing in AWS',
      })
      .option('out', {
        string: true,
        describe: 'Folder for the files of --noop (default NAME-stack, NAME-STAGE-stack)',
      })
      .option('allowRemoval', ALLOW_REMOVAL_FLAG)
      .option('outputs', { string: true, describe: "File for the stack's outputs, as JSON" }),
  handler: async (flags, tools) => {
    const service = await tools.service();
    const stage = await chosenStage(flags, tools);
    return flags.noop
      ? writeFiles(flags, stage, service, tools.extension, () => checkDeploymentFlags(flags))
      : provision(flags, stage, service, tools.extension);
  },
});

async function provision(
  flags: Flags,
  stage: Stage,
  service: Service,
  extension: Extension,
): Promise<number> {
  const aws = await import('../../../infra/deploy/index.ts');
  const planned = await plannedDeployment(flags, stage, service, extension);
  await checkOutputs(flags.outputs);
  const { options, deployment, where, checked, emit } = planned;
  // Once the rest is right: who must add flags anyway should not be told of the terminal.
  requireAnswerer(flags.yes, 'provision');
  return withSession(where, flags.yes, async (session) => {
    await aws.checkTarget(session, deployment, checked.template);
    await aws.checkBucket(session.aws, deployment.bucket);
    const artifact = await storeArtifact(flags, options, session, deployment.slug);
    const { template, templateText } = emit(artifact?.sha256);
    const result = await aws.deploy(session, deployment, { template, templateText });
    if (result.result === 'declined') {
      session.say('nothing was deployed; what was uploaded stays');
      return 1;
    }
    const metadata = aws.metadataOf(template);
    if (result.result !== 'unchanged' && metadata)
      await aws.recordDeployment(session, deployment.slug, deployment.stack, metadata);
    if (flags.outputs !== undefined) await writeOutputs(flags.outputs, result.outputs);
    await printResult(flags.json, { ...result, artifact }, [
      `stack ${result.stack} is ${result.result}`,
      ...aws.table(Object.entries(result.outputs)),
    ]);
    return 0;
  });
}
