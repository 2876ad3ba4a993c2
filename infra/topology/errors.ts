import { ConfigError } from '../../src/core/index.ts';

/** Every problem with what was asked for, one line each; those of a flag name it. */
export class ProvisionError extends ConfigError {
  override readonly name = 'ProvisionError';
  readonly problems: readonly string[];

  constructor(...problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}
