import { ConfigError } from '../../core/index.ts';
import { defineAction } from '../command.ts';
import { wholeFlag } from '../flags.ts';
import { type AwsFlags, checkAwsFlags, printResult, withAws, withAwsFlags } from './aws-flags.ts';
import { chosenStage, target } from './stage.ts';

interface Flags extends AwsFlags {
  readonly events: string;
  readonly json: boolean;
}

/** One page of CloudFormation's events. */
const MOST_EVENTS = 100;

export const statusCommand = defineAction<Flags>({
  builder: (yargs) =>
    withAwsFlags(yargs)
      .option('events', { string: true, default: '10', describe: 'How many of the last events to show' })
      .option('json', { boolean: true, default: false, describe: 'Print JSON' }),
  handler: async (flags, tools) => {
    checkAwsFlags(flags);
    const count = wholeFlag(flags.events, '--events', 1, MOST_EVENTS);
    const { checkStackName, findStack, readState, stateLines } = await import(
      '../../../infra/deploy/index.ts'
    );
    const where = target(flags, await chosenStage(flags, tools), await tools.service());
    const name = where.stack;
    checkStackName(name);
    return withAws(where, async (aws) => {
      const stack = await findStack(aws, name);
      if (!stack) throw new ConfigError(`there is no stack ${name} in ${aws.region}`);
      const { state, events } = await readState(aws, stack, count);
      await printResult(flags.json, state, stateLines(state, events));
    });
  },
});
