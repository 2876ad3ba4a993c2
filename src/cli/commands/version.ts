import { BUILD_ID } from '../../core/build-id.ts';
import { defineAction } from '../command.ts';
import { print } from '../output.ts';

export const versionCommand = defineAction({
  handler: async (_flags, tools) => {
    const { name, version } = await tools.service();
    await print([`${name} ${version}`, `build ${BUILD_ID}`, `node ${process.version}`].join('\n'));
  },
});
