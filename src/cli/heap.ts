const MB = 1024 * 1024;

/**
 * The flag that limits V8's old space. In percent of what Node.js takes 100 % of, since a limit in MB loses to the
 * executable's own flag, which is in percent.
 */
export function oldSpaceFlag(limitMB: number): string {
  const limit = process.constrainedMemory();
  const { totalmem } = process.getBuiltinModule('node:os');
  const all = limit > 0 && limit < 2 ** 64 ? limit : totalmem();
  // Half a megabyte more, as the result is rounded down.
  return `--max-old-space-size-percentage=${Math.min(100, ((limitMB + 0.5) * MB * 100) / all)}`;
}
