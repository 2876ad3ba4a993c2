import {
  boundOutput,
  LOG_LEVELS,
  type LogLevel,
  logLevelFrom,
  toFunctionError,
} from '../../../core/index.ts';
import type { InFlight } from './in-flight.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Line = (level: LogLevel, values: unknown[]) => string;

const METHODS = {
  trace: 'TRACE',
  debug: 'DEBUG',
  log: 'INFO',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
} as const;

/**
 * Makes console's methods write what Lambda's managed Node runtime writes: JSON lines when
 * AWS_LAMBDA_LOG_FORMAT is JSON (then AWS_LAMBDA_LOG_LEVEL filters), else
 * `timestamp TAB requestId TAB level TAB message`. All go to stdout.
 */
export function patchConsole(env: Env, inFlight: InFlight): void {
  const json = env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  const threshold = json ? LOG_LEVELS.indexOf(logLevelFrom(env)) : 0;
  const line: Line = json ? (level, values) => jsonLine(level, values, inFlight) : textLine(inFlight);
  for (const [method, level] of Object.entries(METHODS)) {
    const silent = LOG_LEVELS.indexOf(level) < threshold;
    console[method as keyof typeof METHODS] = silent
      ? () => {}
      : (...values: unknown[]) => void boundOutput(process.stdout).write(line(level, values));
  }
}

// A line break would start another log event in CloudWatch; the managed runtime writes CR too.
function textLine(inFlight: InFlight): Line {
  return (level, values) => {
    const message = format(values).replaceAll('\n', '\r');
    return `${new Date().toISOString()}\t${inFlight.current?.requestId}\t${level}\t${message}\n`;
  };
}

function jsonLine(level: LogLevel, values: unknown[], inFlight: InFlight): string {
  const record: Record<string, unknown> = { timestamp: new Date().toISOString(), level };
  const invocation = inFlight.current;
  if (invocation) record.requestId = invocation.requestId;
  if (invocation?.tenantId !== undefined) record.tenantId = invocation.tenantId;
  const error = values.find((value) => value instanceof Error);
  if (error && values.length > 1) Object.assign(record, toFunctionError(error));
  return `${withMessage(record, values)}\n`;
}

/** A single value stays what it is, where JSON can show it. */
function withMessage(record: Record<string, unknown>, values: unknown[]): string {
  const [only] = values;
  if (values.length === 1 && typeof only === 'object' && only !== null) {
    try {
      const message = only instanceof Error ? toFunctionError(only) : only;
      return JSON.stringify({ ...record, message });
    } catch {
      // A cycle, a BigInt or a throwing getter: shown as text.
    }
  }
  return JSON.stringify({ ...record, message: format(values) });
}

function format(values: unknown[]): string {
  try {
    return process.getBuiltinModule('node:util').format(...values);
  } catch {
    return 'a value that cannot be shown';
  }
}
