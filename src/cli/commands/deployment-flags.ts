import type { Argv } from 'yargs';
import { FlagError } from '../flag-values.ts';

/** Adds the flags of what is deployed, beside the topology. */
export function withDeploymentFlags(yargs: Argv): Argv {
  return yargs
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
    .group(['artifact', 'parameter', 'renewImage', 'tag'], 'Deployment:');
}

/** Names what may be lost. */
export const ALLOW_REMOVAL_FLAG = {
  string: true,
  array: true,
  describe:
    'Logical name of a load balancer, queue, bucket or the like that may be removed or replaced; repeatable',
} as const;

/** @throws FlagError naming what can be no logical name */
export function checkAllowRemoval(names: readonly string[] = []): void {
  const wrong = names.filter((name) => !/^[A-Za-z0-9]{1,255}$/.test(name));
  if (wrong.length === 0) return;
  throw new FlagError(
    wrong
      .map((name) => `--allowRemoval ${JSON.stringify(name)}: it must be a logical name of the template`)
      .join('\n'),
  );
}
