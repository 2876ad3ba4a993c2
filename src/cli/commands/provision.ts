import type { EmittedTopology } from '../../../infra/index.ts';
import { flaggedParameters } from '../../../infra/topology/flagged-parameters.ts';
import { regionProblems, triggerRegionProblems } from '../../../infra/topology/regional.ts';
import type { Stage } from '../../../infra/topology/stages.ts';
import { topologyWarnings } from '../../../infra/topology/warnings.ts';
import type { Service } from '../../core/index.ts';
import { defineAction, type Extension } from '../command.ts';
import { checkArtifactFlags, STAND_IN, storeArtifact } from './artifact.ts';
import {
  type AwsFlags,
  checkAwsFlags,
  pairsFlag,
  printResult,
  requireAnswerer,
  withAwsFlags,
  withSession,
} from './aws-flags.ts';
import { writeOutputs } from './outputs-file.ts';
import { checkRoleArn, ROLE_FLAG } from './role-flag.ts';
import { chosenStage, target } from './stage.ts';
import { together } from './together.ts';
import { warn, writeFiles } from './topology-files.ts';
import { type TopologyFlags, topologyOptions, withTopologyFlags } from './topology-flags.ts';

interface Flags extends TopologyFlags, AwsFlags {
  readonly noop: boolean;
  readonly out?: string;
  readonly artifact?: string;
  readonly parameter?: string[];
  readonly renewImage: boolean;
  readonly tag?: string[];
  readonly allowRemoval?: string[];
  readonly roleArn?: string;
  readonly outputs?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

export const provisionCommand = defineAction<Flags>({
  builder: (yargs) =>
    withAwsFlags(withTopologyFlags(yargs))
      .option('noop', {
        boolean: true,
        default: false,
        describe: 'Write template, user-data and supervisord configuration only; touch nothing in AWS',
      })
      .option('out', {
        string: true,
        describe: 'Folder for the files of --noop (default NAME-stack, NAME-STAGE-stack)',
      })
      .option('artifact', {
        string: true,
        describe: 'Lambda zip to upload (default this executable, zipped)',
      })
      .option('parameter', {
        string: true,
        array: true,
        describe: 'Name=Value of a template parameter, such as VpcId or SubnetIds; repeatable, and kept',
      })
      .option('renewImage', {
        boolean: true,
        default: false,
        describe:
          'Replace the instances by ones of the newest image; without it an update keeps the one they run on',
      })
      .option('tag', { string: true, array: true, describe: 'Name=Value tag of the stack; repeatable' })
      .option('allowRemoval', {
        string: true,
        array: true,
        describe:
          'Logical name of a load balancer, queue, bucket or the like that may be removed or replaced; repeatable',
      })
      .option('roleArn', ROLE_FLAG)
      .option('outputs', { string: true, describe: "File for the stack's outputs, as JSON" })
      .option('yes', { boolean: true, default: false, describe: 'Do not ask before the change set is run' })
      .option('json', { boolean: true, default: false, describe: 'Print the result and outputs as JSON' }),
  handler: async (flags, tools) => {
    const service = await tools.service();
    const stage = await chosenStage(flags, tools);
    return flags.noop
      ? writeFiles(flags, stage, service, tools.extension, () => checkFlags(flags))
      : provision(flags, stage, service, tools.extension);
  },
});

/** What is wrong with the flags apart from those of the topology. */
const checkFlags = (flags: Flags) =>
  void together(
    () => checkArtifactFlags(flags),
    () => checkAwsFlags(flags),
    () => checkRoleArn(flags.roleArn),
  );

async function provision(
  flags: Flags,
  stage: Stage,
  service: Service,
  extension: Extension,
): Promise<number> {
  const { emitTopology } = await import('../../../infra/index.ts');
  const { slugOf } = await import('../../../infra/topology/names.ts');
  const aws = await import('../../../infra/deploy/index.ts');
  const slug = slugOf(service.name);
  const options = topologyOptions(flags, stage, service, extension);
  const emit = (sha256: string): EmittedTopology =>
    emitTopology(
      options.s3Key === undefined ? { ...options, s3Key: aws.artifactKey(slug, sha256), sha256 } : options,
    );
  const where = target(flags, stage, service);
  const { stack } = where;
  const [checked, flaggedValues, flaggedTags] = together(
    () => emit(STAND_IN),
    () => pairsFlag('parameter', flags.parameter),
    () => pairsFlag('tag', flags.tag),
    () => aws.checkStackName(stack),
    () => checkFlags(flags),
  );
  // Once the rest is right: who must add flags anyway should not be told of the terminal.
  requireAnswerer(flags.yes, 'provision');
  const parameters = { ...stage.settings.parameters, ...flaggedValues };
  const tags = { ...stage.settings.tags, ...flaggedTags };
  const deployment = {
    stack,
    service: service.name,
    slug,
    bucket: options.s3Bucket,
    parameters,
    flagged: flaggedParameters({ ...options }),
    renewImage: flags.renewImage,
    problemsIn: (region: string) => [
      ...regionProblems({ ...options }, region),
      ...triggerRegionProblems(checked.template, region),
    ],
    tags,
    allowRemoval: flags.allowRemoval,
    protect: stage.settings.protected,
    roleArn: flags.roleArn ?? stage.settings.roleArn,
  };
  topologyWarnings({ ...options, appCidr: options.appCidr ?? parameters.AppCidr }).forEach(warn);
  return withSession(where, flags.yes, async (session) => {
    await aws.checkTarget(session, deployment, checked.template);
    await aws.checkBucket(session.aws, deployment.bucket);
    const artifact = await storeArtifact(flags, options, session, slug);
    const result = await aws.deploy(session, deployment, emit(artifact?.sha256 ?? STAND_IN));
    if (result.result === 'declined') {
      session.say('nothing was deployed; what was uploaded stays');
      return 1;
    }
    if (flags.outputs !== undefined) await writeOutputs(flags.outputs, result.outputs);
    await printResult(flags.json, { ...result, artifact }, [
      `stack ${result.stack} is ${result.result}`,
      ...aws.table(Object.entries(result.outputs)),
    ]);
    return 0;
  });
}
