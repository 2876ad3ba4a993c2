/** The package `amphi/cli`: what a service adds to the command line. */
export { type Command, type CommandTools, defineCommand } from './command.ts';
export type { CustomFlag, Extension, LoadExtension, ParsedFlags } from './extension.ts';
