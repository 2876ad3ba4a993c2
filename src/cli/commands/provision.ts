import { relative } from 'node:path';
import { isSea } from 'node:sea';
import type { Artifact } from '../../../infra/deploy/index.ts';
import type { EmittedTopology, TopologyOptions } from '../../../infra/index.ts';
import { flaggedParameters } from '../../../infra/topology/flagged-parameters.ts';
import { regionProblems, triggerRegionProblems } from '../../../infra/topology/regional.ts';
import type { Stage } from '../../../infra/topology/stages.ts';
import { topologyWarnings } from '../../../infra/topology/warnings.ts';
import { ConfigError, type Service } from '../../core/index.ts';
import { defineAction, type Extension } from '../command.ts';
import { FlagError } from '../flag-values.ts';
import { print } from '../output.ts';
import {
  type AwsFlags,
  checkAwsFlags,
  pairsFlag,
  printResult,
  requireAnswerer,
  withAwsFlags,
  withSession,
} from './aws-flags.ts';
import { chosenStage, target } from './stage.ts';
import { together } from './together.ts';
import { type TopologyFlags, topologyOptions, withTopologyFlags } from './topology-flags.ts';

interface Flags extends TopologyFlags, AwsFlags {
  readonly noop: boolean;
  readonly out?: string;
  readonly artifact?: string;
  readonly parameter?: string[];
  readonly renewImage: boolean;
  readonly tag?: string[];
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
      .option('yes', { boolean: true, default: false, describe: 'Do not ask before the change set is run' })
      .option('json', { boolean: true, default: false, describe: 'Print the result and outputs as JSON' }),
  handler: async (flags, tools) => {
    const service = await tools.service();
    const stage = await chosenStage(flags, tools);
    return flags.noop
      ? writeFiles(flags, stage, service, tools.extension)
      : provision(flags, stage, service, tools.extension);
  },
});

/** What is wrong with the flags apart from those of the topology, each as a step of its own. */
const FLAG_CHECKS: readonly ((flags: Flags) => void)[] = [
  ({ artifact, s3Key }) => {
    if (artifact === undefined || s3Key === undefined) return;
    throw new FlagError('--artifact is uploaded under its content hash: it cannot go with --s3Key');
  },
  checkAwsFlags,
];

const flagChecks = (flags: Flags) => FLAG_CHECKS.map((check) => () => check(flags));

async function writeFiles(
  flags: Flags,
  stage: Stage,
  service: Service,
  extension: Extension,
): Promise<number> {
  const { emitTopology, writeTopology } = await import('../../../infra/index.ts');
  const unread = flags.artifact !== undefined;
  const options = {
    ...topologyOptions(flags, stage, service, extension),
    ...(unread && { s3Key: STAND_IN }),
  };
  const { stack, region } = target(flags, stage, service);
  const { checkStackName } = await import('../../../infra/deploy/index.ts');
  const checkStack = () => checkStackName(stack);
  const checkRegion = () => {
    const problems = region === undefined ? [] : regionProblems({ ...options }, region);
    if (problems.length > 0) throw new FlagError(problems.join('\n'));
  };
  together(...flagChecks(flags), () => emitTopology(options), checkRegion, checkStack);
  const uploaded = flags.artifact === undefined ? {} : await keyOf(flags.artifact, service);
  const emitted = emitTopology({ ...options, ...uploaded });
  topologyWarnings({ ...options }).forEach(warn);
  const files = await writeTopology(
    flags.out ?? `${[service.name, stage.name].filter(Boolean).join('-')}-stack`,
    emitted,
  );
  for (const file of files) await print(relative('.', file));
  return 0;
}

const warn = (text: string) => void process.stderr.write(`app: warning: ${text}\n`);

async function keyOf(path: string, service: Service) {
  const { artifactKey, namedArtifact } = await import('../../../infra/deploy/index.ts');
  const { slugOf } = await import('../../../infra/topology/names.ts');
  const { sha256 } = await namedArtifact(path);
  return { s3Key: artifactKey(slugOf(service.name), sha256), sha256 };
}

/** Any content: flags are checked by it before the artifact is read. */
const STAND_IN = '0'.repeat(64);

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
    ...flagChecks(flags),
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
    await printResult(flags.json, { ...result, artifact }, [
      `stack ${result.stack} is ${result.result}`,
      ...aws.table(Object.entries(result.outputs)),
    ]);
    return 0;
  });
}

type Session = import('../../../infra/deploy/index.ts').Session;

/** Uploads the artifact where it is new. With --s3Key there is nothing to upload. */
async function storeArtifact(flags: Flags, options: TopologyOptions, session: Session, slug: string) {
  const { artifactKey, requireObject, upload } = await import('../../../infra/deploy/index.ts');
  const bucket = options.s3Bucket;
  if (options.s3Key !== undefined) {
    await requireObject(session.aws, bucket, options.s3Key);
    return undefined;
  }
  const artifact = await findArtifact(flags.artifact, session.say);
  const { sha256 } = artifact;
  if (options.sha256 !== undefined && options.sha256 !== sha256) {
    throw new ConfigError(`--sha256: the artifact ${artifact.source} has another one, ${sha256}`);
  }
  const key = artifactKey(slug, sha256);
  const uploaded = await upload(session.aws, { bucket, key, type: 'application/zip' }, artifact, session.say);
  return { bucket, key, sha256, uploaded };
}

async function findArtifact(named: string | undefined, say: (line: string) => void): Promise<Artifact> {
  const { artifactOf, namedArtifact } = await import('../../../infra/deploy/index.ts');
  if (named !== undefined) return namedArtifact(named);
  if (isSea()) return artifactOf(process.execPath, say);
  throw new ConfigError(
    'provision: from source there is no artifact; build first, or name a zip with --artifact',
  );
}
