import { timedOut } from '../../../aws/invoke-api.ts';
import type { Exit } from './child.ts';
import type { Outcome } from './invocation.ts';

/** An error that Lambda itself reports for an invocation; the message starts with the request id. */
export interface Failure {
  readonly type: string;
  /** Without the request id. */
  readonly message: string;
}

type Failed = Omit<Outcome, 'log'>;

export function failureOutcome(requestId: string, { type, message }: Failure): Failed {
  return errorOutcome(type, { errorType: type, errorMessage: `RequestId: ${requestId} Error: ${message}` });
}

export function timeoutOutcome(requestId: string, timeoutMs: number): Failed {
  const { type, message } = timedOut(requestId, timeoutMs);
  return errorOutcome(type, { errorType: type, errorMessage: message });
}

export function errorOutcome(errorType: string, payload: object): Failed {
  const body = Buffer.from(JSON.stringify(payload));
  return { failed: true, errorType, payload: body, contentType: 'application/json' };
}

/** The words of Go's `os/exec`, in which Lambda reports signals. */
const SIGNAL_WORDS: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
};

/** A process that ended with an invocation unanswered, or before it was ready. */
export function exitFailure({ code, signal, error }: Exit): Failure {
  if (error) return startFailure(error);
  const type = 'Runtime.ExitError';
  if (signal) {
    return { type, message: `Runtime exited with error: signal: ${SIGNAL_WORDS[signal] ?? signal}` };
  }
  if (code === 0) return { type, message: 'Runtime exited without providing a reason' };
  return { type, message: `Runtime exited with error: exit status ${code}` };
}

/** Errors of a machine that has nothing left to start a process with, as against a program that cannot be run. */
const EXHAUSTED = ['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'];

function startFailure({ code, message }: NodeJS.ErrnoException): Failure {
  if (!EXHAUSTED.includes(code ?? '')) return { type: 'Runtime.InvalidEntrypoint', message };
  const hint = code?.endsWith('FILE') ? '; no file descriptor is left, see ulimit -n' : '';
  return { type: 'Sandbox.Failure', message: `${message}${hint}` };
}

export function initTimeout(initTimeoutMs: number): Failure {
  const seconds = (initTimeoutMs / 1000).toFixed(2);
  return { type: 'Sandbox.Timedout', message: `Init timed out after ${seconds} seconds` };
}
