import type { Argv } from 'yargs';
import { OptionsError } from '../../infra/topology/errors.ts';
import { ConfigError, logLevelFrom } from '../core/index.ts';
import type { CommandTools, LazyCommand, LoadExtension, LoadRegistry, LoadTopology } from './command.ts';
import { commands } from './commands/index.ts';
import { addFlags, assertExtension, flagProblems, flagsOf, nameOf } from './extension.ts';
import { FlagError } from './flag-values.ts';
import { loadService } from './load.ts';
import { exitFlushed, tolerateClosedPipe } from './output.ts';
import { isUsageError, strictParser } from './parser.ts';
import { placeOf } from './place.ts';
import { watchExit } from './unexpected-exit.ts';

/** Exit codes: 0 done, 1 the work failed, 2 the command line is wrong. */
const FAILED = 1;
const USAGE = 2;

export interface CommandLine {
  readonly load: LoadRegistry;
  readonly extend?: LoadExtension | undefined;
  readonly topology?: LoadTopology | undefined;
  readonly argv: readonly string[];
}

/** Parses the command line, runs one command and ends the process with its exit code. */
export async function runCommandLine(line: CommandLine): Promise<void> {
  tolerateClosedPipe();
  await exitFlushed(await execute(line));
}

/** Runs one command and resolves to its exit code; what is wrong is told on standard error. */
export async function execute({ load, extend, topology, argv }: CommandLine): Promise<number> {
  try {
    logLevelFrom(process.env, (problem) => {
      throw new FlagError(problem);
    });
    const extension = extend ? (await extend()).extension : {};
    assertExtension(extension, commands);
    const exited = (code: number) => `app: process.exit(${code}) was called while the registry was loaded`;
    const service = () => watchExit(exited, () => loadService(load));
    const tools: CommandTools = { load, extension, service, topology: () => loadTopology(topology) };
    const own = (extension.commands ?? []).map((command) => ({ ...command, load: async () => command }));
    return await runChosen([...commands, ...own], tools, argv);
  } catch (error) {
    return report(error);
  }
}

async function loadTopology(load: LoadTopology | undefined) {
  if (load === undefined) return undefined;
  const { topology } = await load();
  if (topology === undefined) throw new ConfigError('run: the module of the topology exports no `topology`');
  const { checkTopology } = await import('../../infra/topology/stages.ts');
  checkTopology(topology);
  return topology;
}

async function runChosen(
  all: readonly LazyCommand[],
  tools: CommandTools,
  argv: readonly string[],
): Promise<number> {
  let code = 0;
  const parser = await base(argv);
  for (const command of all) {
    const flags = flagsOf(tools.extension, nameOf(command));
    const builder = async (yargs: Argv) =>
      addFlags((await command.load()).builder?.(yargs) ?? yargs, nameOf(command), flags);
    parser.command(command.command, command.describe, builder, async (values) => {
      const problems = flagProblems(flags, values);
      if (problems.length > 0) throw new FlagError(problems.join('\n'));
      await tools.extension.prepare?.(nameOf(command), values);
      code = (await (await command.load()).handler(values, tools)) ?? 0;
    });
  }
  await parser.parseAsync();
  return code;
}

async function base(argv: readonly string[]): Promise<Argv> {
  const { yargs } = await import('./yargs.deferred.ts');
  return strictParser(yargs([...argv]), 'app', argv);
}

function report(error: unknown): number {
  if (isUsageError(error)) {
    process.stderr.write(`app: ${error.message}\nTry: app --help\n`);
    return USAGE;
  }
  if (error instanceof FlagError || error instanceof OptionsError) {
    process.stderr.write(`app: ${error.message}\n`);
    return USAGE;
  }
  process.stderr.write(`app: ${error instanceof ConfigError ? told(error) : textOf(error)}\n`);
  return FAILED;
}

function told(error: ConfigError): string {
  const place = placeOf(error);
  return place ? `${error.message} (${place})` : error.message;
}

function textOf(error: unknown): string {
  const { code, syscall, stack } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'ENOENT' && syscall === 'uv_cwd') return 'the working directory has been deleted';
  return stack ?? String(error);
}
