import { defineCommand, type Extension } from 'amphi/cli';
import { reportRows } from './report.ts';

const report = defineCommand<{ rows: number }>({
  command: 'report <rows>',
  describe: 'Write a report to standard output',
  builder: (yargs) => yargs.positional('rows', { type: 'number', demandOption: true }),
  handler: async ({ rows }) => {
    for await (const row of reportRows({ rows, signal: new AbortController().signal }))
      process.stdout.write(row);
  },
});

/** What this service adds to its command line. */
export const extension: Extension = {
  commands: [report],
  flags: [
    {
      name: 'owner',
      commands: ['provision'],
      option: { string: true, describe: 'Who answers for the stack' },
      validate: (owner) =>
        owner === undefined || /@/.test(String(owner)) ? undefined : `${owner} is no address`,
    },
  ],
  configureServer: (fastify) => {
    fastify.addHook('onSend', async (_request, response) => void response.header('x-served-by', 'instance'));
  },
  decorateTemplate: (template, { flags }) =>
    flags.owner === undefined
      ? template
      : {
          ...template,
          Outputs: { ...template.Outputs, Owner: { Description: 'Who answers', Value: String(flags.owner) } },
        },
};
