import { defineCommand } from '../command.ts';
import { print } from '../output.ts';

export const versionCommand = defineCommand({
  command: 'version',
  describe: 'Print the versions of the service, the build and Node.js',
  handler: async (_flags, tools) => {
    const { name, version } = await tools.service();
    await print(`${name} ${version}\nnode ${process.version}`);
  },
});
