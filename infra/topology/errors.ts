import { ConfigError } from '../../src/core/index.ts';

/** Every problem with the options, one line each; a problem with a flag names it. */
export class ProvisionError extends ConfigError {
  override readonly name = 'ProvisionError';
  readonly problems: readonly string[];

  constructor(...problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** What is wrong is in the options alone, and so on the command line where they come from it. */
export class OptionsError extends ProvisionError {}
