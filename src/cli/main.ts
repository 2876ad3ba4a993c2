import yargs, { type Argv } from 'yargs';
import { ConfigError } from '../core/index.ts';
import type { Command, CommandTools } from './command.ts';
import { commands } from './commands/index.ts';
import { exitFlushed, tolerateClosedPipe } from './output.ts';
import type { LoadRegistry } from './run.ts';

/** Exit codes: 0 done, 1 the work failed, 2 the command line is wrong. */
const FAILED = 1;
const USAGE = 2;

class UsageError extends Error {}

/** Parses the command line, runs one command and ends the process with its exit code. */
export async function runCommandLine(load: LoadRegistry, argv: readonly string[]): Promise<void> {
  tolerateClosedPipe();
  await exitFlushed(await execute(load, argv));
}

async function execute(load: LoadRegistry, argv: readonly string[]): Promise<number> {
  const tools: CommandTools = { load, service: async () => (await load()).registry.freeze() };
  let code = 0;
  const parser = commands.reduce(
    (parser, command) =>
      add(parser, command, tools, (c) => {
        code = c;
      }),
    base(argv),
  );
  try {
    await parser.parseAsync();
    return code;
  } catch (error) {
    return report(error);
  }
}

function base(argv: readonly string[]): Argv {
  return yargs([...argv])
    .scriptName('app')
    .strict()
    .version(false)
    .demandCommand(1, 'Name a command.')
    .recommendCommands()
    .help()
    .alias('h', 'help')
    .wrap(100)
    .exitProcess(false)
    .parserConfiguration({ 'duplicate-arguments-array': true, 'camel-case-expansion': true })
    .fail((message, error) => {
      throw error ?? new UsageError(message);
    });
}

function add(parser: Argv, command: Command, tools: CommandTools, done: (code: number) => void): Argv {
  const builder = command.builder ?? ((y: Argv) => y);
  return parser.command(command.command, command.describe, builder, async (flags) => {
    done((await command.handler(flags, tools)) ?? 0);
  });
}

function report(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`app: ${error.message}\nTry: app --help\n`);
    return USAGE;
  }
  const known = error instanceof ConfigError;
  process.stderr.write(`app: ${known ? error.message : ((error as Error)?.stack ?? String(error))}\n`);
  return FAILED;
}
