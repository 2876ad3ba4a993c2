import { defineAction } from '../command.ts';

/** Listed for the help only: `run` starts the loop before the command line is parsed. */
export const lambdaCommand = defineAction({
  handler: async (_flags, tools) => {
    const { runLambda } = await import('../../adapters/lambda/runtime/run.ts');
    await runLambda(tools.service, process.env);
  },
});
