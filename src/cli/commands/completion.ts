import { basename } from 'node:path';
import { isSea } from 'node:sea';
import { defineAction } from '../command.ts';
import { SHELLS, type Shell, scriptFor } from '../completion/scripts.ts';
import { FlagError } from '../flag-values.ts';
import { print } from '../output.ts';

interface Flags {
  readonly shell?: string;
}

export const completionCommand = defineAction<Flags>({
  builder: (yargs) =>
    yargs.positional('shell', {
      type: 'string',
      describe: `${SHELLS.join(', ')}; default the one that SHELL names`,
    }),
  handler: async ({ shell }) => print(scriptFor(shellOf(shell), ownName())),
});

/** An executable may have any name; a service is run from source as app is. */
const ownName = (): string => (isSea() ? basename(process.execPath) : 'app');

/** @throws FlagError for a shell that is not known */
function shellOf(given: string | undefined): Shell {
  const name = given ?? basename(process.env.SHELL ?? '');
  const shell = SHELLS.find((known) => known === name);
  if (shell !== undefined) return shell;
  const why = given === undefined ? 'SHELL names none of them' : `${JSON.stringify(given)} is none of them`;
  throw new FlagError(`completion: name the shell, one of ${SHELLS.join(', ')}: ${why}`);
}
