/** The command line of `amphi`: `build` and `new`. */
import { resolve } from 'node:path';
import yargs, { type Argv } from 'yargs';
import { strictParser, UsageError } from '../cli/parser.ts';
import { describeFailure, runBuild } from './executable/command.ts';
import { createService } from './new/create.ts';

/** Exit codes: 0 done, 1 the work failed, 2 the command line is wrong. */
const FAILED = 1;
const USAGE = 2;

/** Runs one command and resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const parser = strictParser(yargs([...argv]), 'amphi')
    .command('build', 'Make the executable and the Lambda zip of a service', buildFlags, async (flags) => {
      code = await runBuild(() => ({
        entry: resolve(flags.entry),
        outDir: resolve(flags.out),
        name: flags.name,
      }));
    })
    .command('new <dir>', 'Make a new service from the sample', newFlags, async (flags) => {
      console.log(await createService(flags));
    });
  try {
    await parser.parseAsync();
    return code;
  } catch (error) {
    const usage = error instanceof UsageError;
    console.error(`amphi: ${usage ? `${error.message}\nTry: amphi --help` : describeFailure(error)}`);
    return usage ? USAGE : FAILED;
  }
}

const TEXT = { string: true, requiresArg: true } as const;

function buildFlags(yargs: Argv) {
  return yargs
    .option('entry', { ...TEXT, default: 'src/main.ts', describe: 'Main module' })
    .option('out', { ...TEXT, default: 'dist', describe: 'Folder to write into' })
    .option('name', { ...TEXT, default: 'app', describe: 'File name of the executable; the zip is NAME.zip' })
    .check(onlyOnce);
}

function newFlags(yargs: Argv) {
  return yargs
    .positional('dir', { type: 'string', demandOption: true, describe: 'Folder to make; may exist if empty' })
    .option('name', { ...TEXT, describe: 'Name of the service (default the name of the folder)' })
    .option('framework', {
      ...TEXT,
      describe: 'Version, URL or tarball of amphi to depend on (default where this one was installed from)',
    })
    .check(onlyOnce);
}

function onlyOnce(flags: Record<string, unknown>): true {
  for (const name of ['entry', 'out', 'name', 'framework']) {
    if (Array.isArray(flags[name])) throw new UsageError(`--${name}: given more than once`);
    if (flags[name] === '') throw new UsageError(`--${name}: needs a value`);
  }
  return true;
}
