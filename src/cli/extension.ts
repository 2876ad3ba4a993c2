import type { Argv } from 'yargs';
import { ConfigError } from '../core/index.ts';
import type { Command, CustomFlag, Extension, LazyCommand, ParsedFlags } from './command.ts';
import { optionsOf } from './yargs-internals.ts';

/** A command by its name, whatever it does. */
type Named = Pick<Command, 'command'>;

const FLAG_NAME = /^[a-z][A-Za-z0-9]*$/;

/** @throws ConfigError for what could not work: unknown commands, names taken, bad flag names */
export function assertExtension(extension: Extension, builtIn: readonly Named[]): void {
  if (typeof extension !== 'object' || extension === null)
    throw new ConfigError('extend: it must give a module that exports an object named extension');
  const names = builtIn.map(nameOf);
  for (const command of extension.commands ?? []) {
    const name = nameOf(command);
    if (names.includes(name)) throw new ConfigError(`command ${name}: there already is one`);
    names.push(name);
  }
  for (const flag of extension.flags ?? []) assertFlag(flag, names);
}

function assertFlag({ name, commands }: CustomFlag, names: readonly string[]): void {
  if (!FLAG_NAME.test(name)) throw new ConfigError(`flag ${JSON.stringify(name)}: it must be camel case`);
  const unknown = commands.find((command) => command !== '*' && !names.includes(command));
  if (unknown !== undefined) throw new ConfigError(`flag --${name}: there is no command ${unknown}`);
}

/** The word that calls a command. */
export function nameOf({ command }: Named): string {
  return command.split(' ')[0]!;
}

/** The custom flags of one command. */
export function flagsOf(extension: Extension, command: string): readonly CustomFlag[] {
  return (extension.flags ?? []).filter(
    ({ commands }) => commands.includes('*') || commands.includes(command),
  );
}

/** Adds the flags of a command, its own and those of the service. @throws ConfigError when both have one */
export async function withAllFlags(command: LazyCommand, yargs: Argv, extension: Extension): Promise<Argv> {
  const name = nameOf(command);
  const own = ((await command.load()).builder?.(yargs) ?? yargs) as Argv;
  return addFlags(own, name, flagsOf(extension, name));
}

/** @throws ConfigError when the command itself has a flag of that name */
function addFlags(yargs: Argv, command: string, flags: readonly CustomFlag[]): Argv {
  const own = new Set(Object.keys(optionsOf(yargs).key));
  for (const { name, option } of flags) {
    if (own.has(name)) throw new ConfigError(`flag --${name}: ${command} already has it`);
    yargs.option(name, option);
    own.add(name);
  }
  return yargs;
}

/** Every problem of the custom flags, each naming its flag. */
export function flagProblems(flags: readonly CustomFlag[], values: ParsedFlags): string[] {
  return flags.flatMap(({ name, validate }) => {
    const problem = validate?.(values[name], values);
    return problem ? [`--${name}: ${problem}`] : [];
  });
}
