import { defineCommand } from '../command.ts';

/** Listed for the help only: `run` starts the loop before the command line is parsed. */
export const lambdaCommand = defineCommand({
  command: 'lambda',
  describe: 'Run the Lambda runtime loop (the default where AWS_LAMBDA_RUNTIME_API is set)',
  handler: async (_flags, tools) => {
    const { runLambda } = await import('../../adapters/lambda/runtime/run.ts');
    await runLambda(tools.service, process.env);
  },
});
