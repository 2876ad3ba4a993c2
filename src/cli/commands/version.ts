import { defineAction } from '../command.ts';
import { print } from '../output.ts';

// The build bakes these in; from source they are not there.
declare const __AMPHI_BUILD_ID__: string | undefined;

export const versionCommand = defineAction({
  handler: async (_flags, tools) => {
    const { name, version } = await tools.service();
    const build = typeof __AMPHI_BUILD_ID__ === 'string' ? __AMPHI_BUILD_ID__ : 'source';
    await print([`${name} ${version}`, `build ${build}`, `node ${process.version}`].join('\n'));
  },
});
