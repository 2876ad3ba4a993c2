/** The package `amphi/cli`: what a service adds to the command line. */
export {
  type Command,
  type CommandAction,
  type CommandTools,
  type CustomFlag,
  defineCommand,
  type Extension,
  type LoadExtension,
  type LoadRegistry,
  type LoadTopology,
  type ParsedFlags,
} from './command.ts';
