import type { Argv, Options } from 'yargs';
import type { Template, TopologyDefinition, TopologyOptions } from '../../infra/index.ts';
import type { HttpServerOptions } from '../adapters/http/index.ts';
import type { Registry, Service } from '../core/index.ts';

/** Loads the module that exports the service's registry. */
export type LoadRegistry = () => Promise<{ readonly registry: Registry }>;

/** Loads the module that exports the service's extension; never on Lambda's path. */
export type LoadExtension = () => Promise<{ readonly extension: Extension }>;

/** Loads the module that exports the service's topology; never on Lambda's path. */
export type LoadTopology = () => Promise<{ readonly topology: TopologyDefinition }>;

/** Flags as parsed, by name. */
export type ParsedFlags = Readonly<Record<string, unknown>>;

/** What a command gets beside its flags. */
export interface CommandTools {
  readonly load: LoadRegistry;
  /** What the service adds to the command line. */
  readonly extension: Extension;
  /** Loads the service's topology; `undefined` where it has none. */
  topology(): Promise<TopologyDefinition | undefined>;
  /** Loads and freezes the registry. */
  service(): Promise<Service>;
}

/** What a command does: its yargs builder, and a handler that resolves to the exit code (nothing is 0). */
export interface CommandAction<Flags = Record<string, unknown>> {
  readonly builder?: (yargs: Argv) => Argv<unknown>;
  readonly handler: (flags: Flags, tools: CommandTools) => Promise<number | undefined> | Promise<void>;
}

export interface Command<Flags = Record<string, unknown>> extends CommandAction<Flags> {
  /** Name and positional arguments as yargs takes them, e.g. `greet <to>`. */
  readonly command: string;
  readonly describe: string;
}

/** A command whose module is loaded when it is called, or its help is asked for. */
export interface LazyCommand {
  readonly command: string;
  readonly describe: string;
  readonly load: () => Promise<CommandAction>;
}

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

/**
 * Keeps the flag types of one command while many commands share a list.
 * @example
 * ```ts
 * import { createRegistry, run } from 'amphi';
 * import { defineCommand, type Extension } from 'amphi/cli';
 *
 * const greet = defineCommand<{ to: string }>({
 *   command: 'greet <to>',
 *   describe: 'Greet somebody',
 *   builder: (yargs) => yargs.positional('to', { type: 'string', demandOption: true }),
 *   handler: async ({ to }, tools) => {
 *     const { name } = await tools.service();
 *     console.log(`hello ${to} from ${name}`); // hello Ada from shop
 *   },
 * });
 * const extension: Extension = { commands: [greet] };
 *
 * const registry = createRegistry({ name: 'shop' });
 * // main.ts would import both: { extend: () => import('./cli.ts') }
 * await run(async () => ({ registry }), { extend: async () => ({ extension }), argv: ['greet', 'Ada'] });
 * ```
 */
export function defineCommand<Flags>(command: Command<Flags>): Command {
  return command as unknown as Command;
}

/** The same for a command that stands in a table by its name. */
export function defineAction<Flags>(action: CommandAction<Flags>): CommandAction {
  return action as unknown as CommandAction;
}
