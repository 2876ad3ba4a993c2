import { styleText } from 'node:util';
import type { Argv } from 'yargs';
import { OptionsError } from '../../infra/topology/errors.ts';
import { ConfigError, logLevelFrom } from '../core/index.ts';
import type { CommandTools, LazyCommand, LoadExtension, LoadRegistry, LoadTopology } from './command.ts';
import { EXAMPLES } from './commands/examples.ts';
import { commands } from './commands/index.ts';
import { COMPLETE } from './completion/scripts.ts';
import { assertExtension, flagProblems, flagsOf, nameOf, withAllFlags } from './extension.ts';
import { FlagError } from './flag-values.ts';
import { loadService } from './load.ts';
import { exitFlushed, print, tolerateClosedPipe } from './output.ts';
import { isUsageError, strictParser } from './parser.ts';
import { placeOf } from './place.ts';
import { checkLogFormat } from './readable.ts';
import { watchExit } from './unexpected-exit.ts';
import { withoutSpareHelp } from './yargs-internals.ts';

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
    checkLogFormat(process.env);
    const extension = extend ? (await extend()).extension : {};
    assertExtension(extension, commands);
    const exited = (code: number) => `app: process.exit(${code}) was called while the registry was loaded`;
    const service = () => watchExit(exited, () => loadService(load));
    const tools: CommandTools = { load, extension, service, topology: () => loadTopology(topology) };
    const own = (extension.commands ?? []).map((command) => ({ ...command, load: async () => command }));
    const all = [...commands, ...own];
    if (argv[0] === COMPLETE) return await printCandidates(all, tools, argv.slice(1));
    return await runChosen(all, tools, argv);
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
    const examples = EXAMPLES[nameOf(command)] ?? [];
    const builder = async (yargs: Argv) => {
      for (const [args, about] of examples) yargs.example(`$0 ${args}`, about);
      return withAllFlags(command, yargs, tools.extension);
    };
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

/** For a shell that completes a line. */
async function printCandidates(
  all: readonly LazyCommand[],
  tools: CommandTools,
  words: readonly string[],
): Promise<number> {
  const { complete } = await import('./completion/complete.ts');
  const lines = (await complete(all, tools, words)).map(([value, about]) => `${value}\t${about}`);
  if (lines.length > 0) await print(lines.join('\n'));
  return 0;
}

async function base(argv: readonly string[]): Promise<Argv> {
  const { yargs } = await import('./yargs.deferred.ts');
  return withoutSpareHelp(strictParser(yargs([...argv]), 'app', argv));
}

function report(error: unknown): number {
  if (isUsageError(error)) {
    process.stderr.write(`${prefix()} ${error.message}\nTry: app --help\n`);
    return USAGE;
  }
  if (error instanceof FlagError || error instanceof OptionsError) {
    process.stderr.write(`${prefix()} ${error.message}\n`);
    return USAGE;
  }
  process.stderr.write(`${prefix()} ${error instanceof ConfigError ? told(error) : textOf(error)}\n`);
  return FAILED;
}

/** Red on a terminal, unless NO_COLOR is set. */
const prefix = (): string => styleText('red', 'app:', { stream: process.stderr });

function told(error: ConfigError): string {
  const place = placeOf(error);
  return place ? `${error.message} (${place})` : error.message;
}

function textOf(error: unknown): string {
  const { code, syscall, stack } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'ENOENT' && syscall === 'uv_cwd') return 'the working directory has been deleted';
  return stack ?? String(error);
}
