import { ConfigError } from '../../core/index.ts';

type Results<Steps extends readonly (() => unknown)[]> = {
  -readonly [K in keyof Steps]: ReturnType<Steps[K]>;
};

/**
 * Runs every step although one before it has refused something, so that all that is wrong is told at once.
 * @returns what the steps gave
 * @throws ConfigError with a line of each refusal; any other error as it came
 */
export function together<const Steps extends readonly (() => unknown)[]>(...steps: Steps): Results<Steps> {
  const problems: string[] = [];
  const results = steps.map((step) => {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return problems.push(error.message);
    }
  });
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return results as Results<Steps>;
}
