/**
 * Tells of a `process.exit` by the service's own code, which would end the command without a word, and makes it a failure.
 * @param message what to print to standard error, by the exit code
 */
export async function watchExit<T>(message: (code: number) => string, work: () => Promise<T>): Promise<T> {
  const tell = (code: number) => {
    // A pipe takes it at once on Linux, even now.
    process.stderr.write(`${message(code)}\n`);
    if (code === 0) process.exitCode = 1;
  };
  process.on('exit', tell);
  try {
    return await work();
  } finally {
    process.off('exit', tell);
  }
}
