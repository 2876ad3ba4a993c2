import type { Deployment } from '../../../infra/deploy/index.ts';
import type { EmittedTopology, TopologyOptions } from '../../../infra/index.ts';
import { flaggedParameters } from '../../../infra/topology/flagged-parameters.ts';
import { regionProblems, triggerRegionProblems } from '../../../infra/topology/regional.ts';
import type { Stage } from '../../../infra/topology/stages.ts';
import { topologyWarnings } from '../../../infra/topology/warnings.ts';
import type { Service } from '../../core/index.ts';
import type { Extension } from '../command.ts';
import { type ArtifactFlags, checkArtifactFlags, STAND_IN } from './artifact.ts';
import { type AwsFlags, checkAwsFlags, pairsFlag } from './aws-flags.ts';
import { checkAllowRemoval } from './deployment-flags.ts';
import { checkRoleArn } from './role-flag.ts';
import { target } from './stage.ts';
import { together } from './together.ts';
import { warn } from './topology-files.ts';
import { type TopologyFlags, topologyOptions } from './topology-flags.ts';

/** Flags of the commands that deploy what the service's code says, or compare with it. */
export interface DeploymentFlags extends TopologyFlags, AwsFlags, ArtifactFlags {
  readonly stack?: string;
  readonly stage?: string;
  readonly s3Key?: string;
  readonly parameter?: string[];
  readonly tag?: string[];
  readonly renewImage?: boolean;
  readonly allowRemoval?: string[];
  readonly roleArn?: string;
}

export interface Planned {
  readonly options: TopologyOptions;
  readonly deployment: Deployment;
  readonly where: ReturnType<typeof target>;
  /** With any artifact, checked. */
  readonly checked: EmittedTopology;
  /** With the artifact of this hash, or the one that --s3Key names. */
  emit(sha256: string | undefined): EmittedTopology;
}

/** What is wrong with the flags apart from those of the topology. @throws FlagError */
export function checkDeploymentFlags(flags: DeploymentFlags): void {
  together(
    () => checkArtifactFlags(flags),
    () => checkAwsFlags(flags),
    () => checkRoleArn(flags.roleArn),
    () => checkAllowRemoval(flags.allowRemoval),
  );
}

/** What is to be deployed, as flags and stage say. @throws ConfigError with all that is wrong */
export async function plannedDeployment(
  flags: DeploymentFlags,
  stage: Stage,
  service: Service,
  extension: Extension,
): Promise<Planned> {
  const { emitTopology } = await import('../../../infra/index.ts');
  const { slugOf } = await import('../../../infra/topology/names.ts');
  const { artifactKey, checkStackName } = await import('../../../infra/deploy/index.ts');
  const slug = slugOf(service.name);
  const options = topologyOptions(flags, stage, service, extension);
  const emit = (given?: string): EmittedTopology => {
    const sha256 = given ?? options.sha256 ?? STAND_IN;
    return emitTopology(
      options.s3Key === undefined ? { ...options, s3Key: artifactKey(slug, sha256), sha256 } : options,
    );
  };
  const where = target(flags, stage, service);
  const [checked, flaggedValues, flaggedTags] = together(
    () => emit(),
    () => pairsFlag('parameter', flags.parameter),
    () => pairsFlag('tag', flags.tag),
    () => checkStackName(where.stack),
    () => checkDeploymentFlags(flags),
  );
  const { parameters, flagged } = parametersOf(flags, options, stage, flaggedValues);
  const deployment: Deployment = {
    stack: where.stack,
    service: service.name,
    slug,
    bucket: options.s3Bucket,
    parameters,
    flagged,
    renewImage: flags.renewImage === true,
    problemsIn: (region) => [
      ...regionProblems({ ...options }, region),
      ...triggerRegionProblems(checked.template, region),
    ],
    tags: { ...stage.settings.tags, ...flaggedTags },
    allowRemoval: flags.allowRemoval ?? [],
    protect: stage.settings.protected,
    roleArn: flags.roleArn ?? stage.settings.roleArn,
  };
  topologyWarnings({ ...options, appCidr: options.appCidr ?? parameters.AppCidr }).forEach(warn);
  return { options, deployment, where, checked, emit };
}

type Texts = Readonly<Record<string, string>>;

/**
 * What the command line says of a parameter, by `--parameter` or by a flag of its own, goes before what the stage says;
 * one place that says it twice is refused later.
 */
function parametersOf(flags: DeploymentFlags, options: TopologyOptions, stage: Stage, given: Texts) {
  const byFlag = flaggedParameters({ ...flags });
  const without = (values: Texts, others: Texts): Texts =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !Object.hasOwn(others, name)));
  const ofStage = without(flaggedParameters({ ...options }), byFlag);
  return {
    parameters: { ...without(stage.settings.parameters ?? {}, byFlag), ...given },
    flagged: { ...without(ofStage, given), ...byFlag },
  };
}
