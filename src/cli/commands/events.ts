import { defineAction } from '../command.ts';
import { FlagError } from '../flag-values.ts';
import { print } from '../output.ts';

interface Flags {
  readonly source?: string;
}

export const eventsCommand = defineAction<Flags>({
  builder: (yargs) =>
    yargs.positional('source', { type: 'string', describe: 'Event source; without it the list' }),
  handler: async ({ source }) => {
    const { SAMPLES } = await import('../../adapters/lambda/sources/samples/index.ts');
    if (source === undefined) {
      const lines = Object.entries(SAMPLES).map(([name, { describe }]) => `${name.padEnd(24)}${describe}`);
      return print(lines.join('\n'));
    }
    if (!Object.hasOwn(SAMPLES, source)) {
      const known = Object.keys(SAMPLES).join(', ');
      throw new FlagError(`events: there is no source ${JSON.stringify(source)}, use one of ${known}`);
    }
    await print(JSON.stringify(await SAMPLES[source]!.load(), null, 2));
  },
});
