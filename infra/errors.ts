/** Every problem with what was asked for, one line each; those of a flag name it. */
export class ProvisionError extends Error {
  readonly problems: readonly string[];

  constructor(...problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ProvisionError';
    this.problems = problems;
  }
}
