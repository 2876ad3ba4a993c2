import type { Argv, Options } from 'yargs';
import type { Template, TopologyOptions } from '../../infra/index.ts';
import type { HttpServerOptions } from '../adapters/http/index.ts';
import { ConfigError } from '../core/index.ts';
import type { Command } from './command.ts';

/** Flags as parsed, by name. */
export type ParsedFlags = Readonly<Record<string, unknown>>;

/** A flag that the service adds to commands. */
export interface CustomFlag {
  /** Camel case, e.g. `costCenter` for `--costCenter`. */
  readonly name: string;
  /** Commands that get it, by name; `*` is every one. */
  readonly commands: readonly string[];
  /** As yargs takes it: describe, type, default, choices, demandOption ... */
  readonly option: Options;
  /** Returns what is wrong, or nothing. Runs before the command and before the registry is loaded. */
  readonly validate?: (value: unknown, flags: ParsedFlags) => string | undefined;
}

/** What a service adds to the command line. All parts are optional. */
export interface Extension {
  readonly commands?: readonly Command[];
  readonly flags?: readonly CustomFlag[];
  /** Runs after validation and before the registry is loaded: here flags can become settings. */
  readonly prepare?: (command: string, flags: ParsedFlags) => void | Promise<void>;
  /** Adds Fastify plugins and hooks to `httpServer`. */
  readonly configureServer?: HttpServerOptions['configure'];
  /** Changes the CloudFormation template, or gives another one. */
  readonly decorateTemplate?: (
    template: Template,
    about: { readonly flags: ParsedFlags; readonly topology: TopologyOptions },
    // biome-ignore lint/suspicious/noConfusingVoidType: a decorator that changes its argument returns nothing
  ) => Template | undefined | void;
}

/** Loads the module that exports the service's extension; never on Lambda's path. */
export type LoadExtension = () => Promise<{ readonly extension: Extension }>;

const FLAG_NAME = /^[a-z][A-Za-z0-9]*$/;

/** @throws ConfigError for what could not work: unknown commands, names taken, bad flag names */
export function assertExtension(extension: Extension, builtIn: readonly Command[]): void {
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
export function nameOf({ command }: Command): string {
  return command.split(' ')[0]!;
}

/** The custom flags of one command. */
export function flagsOf(extension: Extension, command: string): readonly CustomFlag[] {
  return (extension.flags ?? []).filter(
    ({ commands }) => commands.includes('*') || commands.includes(command),
  );
}

/** @throws ConfigError when the command itself has a flag of that name */
export function addFlags(yargs: Argv, command: string, flags: readonly CustomFlag[]): Argv {
  const own = new Set(Object.keys((yargs as unknown as { getOptions(): { key: object } }).getOptions().key));
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
