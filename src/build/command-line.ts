/** The command line of `amphi`: `build`, `dev` and `new`. */
import { resolve } from 'node:path';
import yargs, { type Argv } from 'yargs';
import { FlagError } from '../cli/flag-values.ts';
import { wholeFlag } from '../cli/flags.ts';
import { isUsageError, strictParser } from '../cli/parser.ts';
import { devFlags, devOptions } from './dev/command.ts';
import { describeFailure, runBuild } from './executable/command.ts';
import { createService } from './new/create.ts';

/** Exit codes: 0 done, 1 the work failed, 2 the command line is wrong. */
const FAILED = 1;
const USAGE = 2;

/** Runs one command and resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const parse = () =>
    strictParser(yargs([...argv]), 'amphi', argv)
      .command('build', 'Make the executable and the Lambda zip of a service', buildFlags, async (flags) => {
        code = await runBuild(() => ({
          entry: resolve(flags.entry),
          outDir: resolve(flags.out),
          name: flags.name,
          compression: wholeFlag(flags.compression, '--compression', 1, 9),
          ...(flags.locales !== undefined && { locales: flags.locales.split(',') }),
        }));
      })
      .command('dev', 'Serve from the sources, and start again at each change', devFlags, async (flags) => {
        const { runDev } = await import('./dev/dev.ts');
        code = await runDev(devOptions(flags));
      })
      .command('new <dir>', 'Make a new service from the sample', newFlags, async (flags) => {
        console.log(await createService(flags));
      })
      .parseAsync();
  try {
    await parse();
    return code;
  } catch (error) {
    if (error instanceof FlagError) console.error(`amphi: ${error.message}`);
    else if (isUsageError(error)) console.error(`amphi: ${error.message}\nTry: amphi --help`);
    else {
      console.error(`amphi: ${describeFailure(error)}`);
      return FAILED;
    }
    return USAGE;
  }
}

const TEXT = { string: true } as const;

function buildFlags(yargs: Argv) {
  return yargs
    .option('entry', { ...TEXT, default: 'src/main.ts', describe: 'Main module' })
    .option('out', { ...TEXT, default: 'dist', describe: 'Folder to write into' })
    .option('name', {
      ...TEXT,
      default: 'app',
      describe: 'File name of the executable; the zip is NAME.zip',
    })
    .option('compression', {
      ...TEXT,
      default: '6',
      describe: 'Of the zip, from 1 (fast) to 9 (small)',
    })
    .option('locales', {
      ...TEXT,
      describe: 'Languages that Intl knows besides English, such as de,fr (default all); the zip is smaller',
    });
}

function newFlags(yargs: Argv) {
  return yargs
    .positional('dir', { type: 'string', demandOption: true, describe: 'Folder to make; may exist if empty' })
    .option('name', { ...TEXT, describe: 'Name of the service (default the name of the folder)' })
    .option('framework', {
      ...TEXT,
      describe: 'Version, URL or tarball of amphi to depend on (default where this one was installed from)',
    });
}
