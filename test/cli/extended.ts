import { appendFileSync } from 'node:fs';
import { defineCommand, type Extension } from '../../src/cli/index.ts';
import { run } from '../../src/cli/run.ts';
import { createRegistry } from '../../src/core/index.ts';

/** A service with its own commands and flags; it notes in $TRACE what ran, in order. */
const note = (text: string) => {
  if (process.env.TRACE) appendFileSync(process.env.TRACE, `${text}\n`);
};

const BROKEN: Record<string, Extension> = {
  command: { commands: [defineCommand({ command: 'invoke', describe: 'x', handler: async () => {} })] },
  flag: { flags: [{ name: 'port', commands: ['httpServer'], option: { string: true } }] },
  target: { flags: [{ name: 'x', commands: ['nowhere'], option: { string: true } }] },
  name: { flags: [{ name: 'Bad-Name', commands: ['*'], option: { string: true } }] },
};

const extension: Extension = {
  commands: [
    defineCommand<{ to: string; costCenter?: string }>({
      command: 'greet <to>',
      describe: 'Greet somebody',
      handler: async ({ to, costCenter }, tools) => {
        const { name } = await tools.service();
        console.log(`hello ${to} from ${name}, cost center ${costCenter}`);
        return 7;
      },
    }),
  ],
  flags: [
    {
      name: 'costCenter',
      commands: ['greet', 'provision'],
      option: { string: true, demandOption: true, describe: 'Who pays' },
      validate: (value) => (/^C\d{3}$/.test(String(value)) ? undefined : `${value} is no cost center`),
    },
    { name: 'dry', commands: ['*'], option: { boolean: true, describe: 'Only for this test' } },
  ],
  prepare: (command, flags) => note(`prepare ${command} ${flags.costCenter}`),
  configureServer: (fastify) =>
    void fastify.addHook('onSend', async (_request, reply) => void reply.header('x-plugin', 'yes')),
  decorateTemplate: (template, { flags }) => ({
    ...template,
    Outputs: {
      ...template.Outputs,
      CostCenter: { Description: 'Who pays', Value: String(flags.costCenter) },
    },
  }),
};

const load = async () => {
  note('registry');
  const registry = createRegistry({ name: 'extended' });
  registry.get('/', () => 'extended');
  return { registry };
};

void run(load, { extend: async () => ({ extension: BROKEN[process.env.BROKEN ?? ''] ?? extension }) });
