/** The values that flags and arguments take, as far as they can be listed. */
import type { CommandTools } from '../command.ts';
import { choicesOf } from '../commands/topology-flags.ts';
import { SHELLS } from './scripts.ts';

type Values = (tools: CommandTools) => Promise<readonly string[]> | readonly string[];

const handlers: Values = async (tools) => (await tools.service()).handlerNames;

const FLAGS: Readonly<Record<string, Values>> = {
  function: handlers,
  runOn: async (tools) => {
    const names = await handlers(tools);
    return names.flatMap((name) => ['lambda', 'instances', 'both'].map((side) => `${name}=${side}`));
  },
  stage: async (tools) => Object.keys((await tools.topology())?.stages ?? {}),
};

const POSITIONALS: Readonly<Record<string, Values>> = {
  invoke: handlers,
  worker: handlers,
  logs: handlers,
  completion: () => SHELLS,
  events: async () => {
    const { SAMPLES } = await import('../../adapters/lambda/sources/samples/index.ts');
    return Object.keys(SAMPLES);
  },
};

/** @param choices as yargs has them */
export async function flagValues(
  flag: string,
  choices: readonly (string | number)[] = choicesOf(flag),
  tools: CommandTools,
): Promise<readonly string[]> {
  if (choices.length > 0) return choices.map(String);
  return listed(FLAGS[flag], tools);
}

export async function positionalValues(command: string, tools: CommandTools): Promise<readonly string[]> {
  return listed(POSITIONALS[command], tools);
}

/** A registry with a mistake in it has nothing to offer, and the line is no place to tell of it. */
async function listed(values: Values | undefined, tools: CommandTools): Promise<readonly string[]> {
  try {
    return (await values?.(tools)) ?? [];
  } catch {
    return [];
  }
}
