/** A build as a command: prints what was made, or what is wrong. */
import { relative } from 'node:path';
import { BuildError, codeOf, messageOf } from './errors.ts';
import { type BuildOptions, buildService } from './service.ts';
import { summarize } from './summary.ts';

/**
 * Builds, and prints paths relative to the working directory.
 * @param readOptions may throw: its error is one of the build
 * @returns the exit code: 0 built or up to date, 1 failed
 */
export async function runBuild(readOptions: () => BuildOptions): Promise<number> {
  try {
    const result = await buildService(readOptions());
    for (const line of summarize(result, (path) => relative(process.cwd(), path))) console.log(line);
    return 0;
  } catch (error) {
    console.error(`build failed: ${describeFailure(error)}`);
    return 1;
  }
}

/** The message of an error that the user can act on, the stack of any other. */
export function describeFailure(error: unknown): string {
  // A system error, such as a read-only folder, names its path itself; a stack would only hide that.
  const system = typeof (error as { syscall?: unknown } | null)?.syscall === 'string';
  const expected = error instanceof BuildError || system || codeOf(error)?.startsWith('ERR_PARSE_ARGS');
  return expected ? messageOf(error) : ((error as Error)?.stack ?? String(error));
}
