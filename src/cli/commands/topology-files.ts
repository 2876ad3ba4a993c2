import { relative } from 'node:path';
import { regionProblems } from '../../../infra/topology/regional.ts';
import type { Stage } from '../../../infra/topology/stages.ts';
import { topologyWarnings } from '../../../infra/topology/warnings.ts';
import type { Service } from '../../core/index.ts';
import type { Extension } from '../command.ts';
import { FlagError } from '../flag-values.ts';
import { print } from '../output.ts';
import { STAND_IN } from './artifact.ts';
import type { AwsFlags } from './aws-flags.ts';
import { target } from './stage.ts';
import { together } from './together.ts';
import { type TopologyFlags, topologyOptions } from './topology-flags.ts';

interface FileFlags extends TopologyFlags, AwsFlags {
  readonly out?: string;
  readonly artifact?: string;
}

/** `app provision --noop`: what would be deployed, as files. */
export async function writeFiles(
  flags: FileFlags,
  stage: Stage,
  service: Service,
  extension: Extension,
  checkFlags: () => void,
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
  together(checkFlags, () => emitTopology(options), checkRegion, checkStack);
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

export const warn = (text: string) => void process.stderr.write(`app: warning: ${text}\n`);

async function keyOf(path: string, service: Service) {
  const { artifactKey, namedArtifact } = await import('../../../infra/deploy/index.ts');
  const { slugOf } = await import('../../../infra/topology/names.ts');
  const { sha256 } = await namedArtifact(path);
  return { s3Key: artifactKey(slugOf(service.name), sha256), sha256 };
}
