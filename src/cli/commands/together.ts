import { OptionsError } from '../../../infra/topology/errors.ts';
import { ConfigError } from '../../core/index.ts';
import { FlagError } from '../flag-values.ts';

type Results<Steps extends readonly (() => unknown)[]> = {
  -readonly [K in keyof Steps]: ReturnType<Steps[K]>;
};

/**
 * Runs every step although one before it has refused something, so that all that is wrong is told at once.
 * @returns what the steps gave
 * @throws ConfigError with a line of each refusal, a FlagError if one is of a flag; any other error as it came
 */
export function together<const Steps extends readonly (() => unknown)[]>(...steps: Steps): Results<Steps> {
  const problems: string[] = [];
  let Problem = ConfigError;
  const results = steps.map((step) => {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (error instanceof FlagError || error instanceof OptionsError) Problem = FlagError;
      return problems.push(error.message);
    }
  });
  if (problems.length > 0) throw new Problem(problems.join('\n'));
  return results as Results<Steps>;
}
