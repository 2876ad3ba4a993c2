import type { Argv } from 'yargs';
import type { Service } from '../core/index.ts';
import type { Extension } from './extension.ts';
import type { LoadRegistry } from './run.ts';

/** What a command gets beside its flags. */
export interface CommandTools {
  readonly load: LoadRegistry;
  /** What the service adds to the command line. */
  readonly extension: Extension;
  /** Loads and freezes the registry. */
  service(): Promise<Service>;
}

/** A command: its yargs builder, and a handler that resolves to the exit code (nothing is 0). */
export interface Command<Flags = Record<string, unknown>> {
  readonly command: string;
  readonly describe: string;
  readonly builder?: (yargs: Argv) => Argv<unknown>;
  readonly handler: (flags: Flags, tools: CommandTools) => Promise<number | undefined> | Promise<void>;
}

/** Keeps the flag types of one command while many commands share a list. */
export function defineCommand<Flags>(command: Command<Flags>): Command {
  return command as unknown as Command;
}
