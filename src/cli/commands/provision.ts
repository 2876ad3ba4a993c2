import { relative } from 'node:path';
import { ConfigError } from '../../core/index.ts';
import { defineCommand } from '../command.ts';
import { print } from '../output.ts';
import { type TopologyFlags, topologyOptions, withTopologyFlags } from './topology-flags.ts';

interface Flags extends TopologyFlags {
  readonly noop: boolean;
  readonly out?: string;
}

export const provisionCommand = defineCommand<Flags>({
  command: 'provision',
  describe: 'Emit the CloudFormation template, EC2 user-data and supervisord configuration',
  builder: (yargs) =>
    withTopologyFlags(yargs)
      .option('noop', {
        boolean: true,
        default: false,
        describe: 'Write the files only; touch nothing in AWS',
      })
      .option('out', { string: true, describe: 'Folder for the files (default NAME-stack)' }),
  handler: async (flags, tools) => {
    if (Array.isArray(flags.out)) throw new ConfigError('--out: given more than once');
    if (flags.out === '') throw new ConfigError('--out: needs a folder');
    const { emitTopology, writeTopology } = await import('../../../infra/index.ts');
    const service = await tools.service();
    const emitted = emitTopology(topologyOptions(flags, service));
    if (!flags.noop)
      throw new ConfigError('provision: only --noop is there yet; deploy the emitted template');
    const files = await writeTopology(flags.out ?? `${service.name}-stack`, emitted);
    for (const file of files) await print(relative('.', file));
  },
});
