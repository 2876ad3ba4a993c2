import { createLogger, type Logger, logLevelFrom } from '../core/index.ts';

/** Writes and waits until the text is handed over, so an exit right after loses nothing. */
export function print(text: string, stream: NodeJS.WriteStream = process.stdout): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text.endsWith('\n') ? text : `${text}\n`, (error) => (error ? reject(error) : resolve()));
  });
}

/** JSON lines on a stream: standard output for servers, standard error where the output is a result. */
export function streamLogger(stream: NodeJS.WriteStream): Logger {
  return createLogger({ level: logLevelFrom(process.env), write: (line) => void stream.write(line) });
}

/** Ends the process although a handler left timers or sockets open, but never before output is written. */
export async function exitFlushed(code: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise((resolve) => stream.write('', resolve));
  }
  process.exit(code);
}

/** `app describe | head` closes the pipe early: that is no failure. */
export function tolerateClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
