import { slugOf } from '../../../infra/topology/names.ts';
import { type Stage, stageOf } from '../../../infra/topology/stages.ts';
import { ConfigError, type Service } from '../../core/index.ts';
import type { CommandTools } from '../command.ts';
import { FlagError } from '../flag-values.ts';
import type { AwsFlags } from './aws-flags.ts';

/** The stage that the flags choose. @throws FlagError for one that is missing or not there */
export async function chosenStage(
  { stage }: { readonly stage?: string },
  tools: CommandTools,
): Promise<Stage> {
  try {
    return stageOf(await tools.topology(), stage);
  } catch (error) {
    const about = error instanceof ConfigError && error.message.startsWith('--stage');
    throw about ? new FlagError(error.message) : error;
  }
}

/** Where a command finds the stack: flags go before the stage's settings. */
export function target(
  flags: AwsFlags,
  { name, settings }: Stage,
  service: Service,
): AwsFlags & { readonly stack: string } {
  const slug = slugOf(service.name);
  return {
    stack: flags.stack ?? settings.stack ?? (name === undefined ? slug : `${slug}-${name}`),
    ...given('region', flags.region ?? settings.region),
    ...given('profile', flags.profile ?? settings.profile),
    ...given('endpointUrl', flags.endpointUrl),
  };
}

function given<Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [K in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: string };
}
