import { LOG_TAIL_BYTES } from '../../../aws/limits.ts';
import { createLogger, type Logger, logLevelFrom } from '../../../core/index.ts';

/** Keeps the last lines that one invocation logs by its context, beside the server's own log. */
export class LogTail {
  readonly logger: Logger;
  #tail = '';

  constructor(base: Logger, env: Readonly<Record<string, string | undefined>>) {
    const write = (line: string) => {
      this.#tail = (this.#tail + line).slice(-LOG_TAIL_BYTES);
    };
    this.logger = tee(base, createLogger({ level: logLevelFrom(env), write }));
  }

  toBase64(): string {
    return Buffer.from(this.#tail).subarray(-LOG_TAIL_BYTES).toString('base64');
  }
}

function tee(a: Logger, b: Logger): Logger {
  const both =
    (level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'): Logger['info'] =>
    (message, fields) => {
      a[level](message, fields);
      b[level](message, fields);
    };
  return {
    trace: both('trace'),
    debug: both('debug'),
    info: both('info'),
    warn: both('warn'),
    error: both('error'),
    fatal: both('fatal'),
    child: (fields) => tee(a.child(fields), b.child(fields)),
  };
}
