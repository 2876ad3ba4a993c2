import type { Logger } from '../../core/index.ts';

/** How `app emulate` runs functions. Times are in milliseconds. */
export interface EmulatorOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** Serves the routes of `http` as a Function URL would; default not at all. */
  readonly httpPort?: number | undefined;
  /** Starts the executable in Lambda mode, given AWS_LAMBDA_RUNTIME_API: program and arguments. */
  readonly command: readonly string[];
  /** Names that may be invoked; each is its own `_HANDLER`. */
  readonly functions: readonly string[];
  /** From handing the event to the runtime until its whole answer. */
  readonly timeoutMs: number;
  /** From starting the process until it asks for its first event. */
  readonly initTimeoutMs: number;
  /** Told to the function; `command` limits the heap by it, nothing limits what is beside the heap. */
  readonly memoryMB: number;
  /** Environments (processes) of one function at the same time. */
  readonly concurrency: number;
  /** Invocations at the same time in one environment; above 1 it gets AWS_LAMBDA_MAX_CONCURRENCY. */
  readonly perEnvironment: number;
  /** Invocations of one function that may wait for an environment; one more is a 429. */
  readonly queue: number;
  /** How often a failed `Event` invocation is run again. */
  readonly retries: number;
  /** Before the first retry; twice as long before the second. Lambda waits one minute, then two. */
  readonly retryDelayMs: number;
  /** From SIGTERM to SIGKILL when the emulator stops. */
  readonly graceMs: number;
  /** What the functions inherit. */
  readonly baseEnv: NodeJS.ProcessEnv;
  /** What the functions get on top, as a function's configuration would give it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Takes whole lines of the functions' log, with Lambda's START, END and REPORT lines. */
  readonly output: (lines: Buffer) => void;
  readonly logger: Logger;
}
