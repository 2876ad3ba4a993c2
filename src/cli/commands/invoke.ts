import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Invokable } from '../../adapters/lambda/runtime/invokable.ts';
import { collectResult, functionError } from '../../aws/function-result.ts';
import { LAMBDA_TIMEOUT_SECONDS } from '../../aws/quotas.ts';
import { connectSiblings } from '../../aws/siblings.ts';
import {
  ConfigError,
  Context,
  type FunctionErrorPayload,
  HTTP_HANDLER,
  type Logger,
  type Service,
} from '../../core/index.ts';
import { defineAction } from '../command.ts';
import { FlagError } from '../flag-values.ts';
import { secondsFlag } from '../flags.ts';
import { readJsonFile } from '../json-file.ts';
import { print, streamLogger, streamMetrics } from '../output.ts';
import { watchExit } from '../unexpected-exit.ts';

interface Flags {
  readonly function?: string;
  readonly event: string;
  readonly timeout: string;
}

export const invokeCommand = defineAction<Flags>({
  builder: (yargs) =>
    yargs
      .positional('function', {
        type: 'string',
        describe: 'Function name, or http for the routes; found by the event if left out',
      })
      .option('event', {
        string: true,
        demandOption: true,
        // Else yargs would not take `-` for a value.
        requiresArg: true,
        describe: 'JSON file, or - for standard input',
      })
      .option('timeout', {
        string: true,
        default: String(LAMBDA_TIMEOUT_SECONDS.max),
        describe: 'Seconds it may take',
      }),
  handler: async (flags, tools) => {
    const timeoutMs = secondsFlag(flags.timeout, '--timeout', LAMBDA_TIMEOUT_SECONDS.max);
    const event = await readJsonFile(flags.event);
    const service = await tools.service();
    const name = flags.function ?? (await chooseFunction(service, event));
    return runOnce(service, name, event, timeoutMs);
  },
});

/** Without a name: the routes for an HTTP event, else the one handler that the event fits, else the only function. */
export async function chooseFunction(service: Service, event: unknown): Promise<string> {
  const { isHttpEvent } = await import('../../adapters/lambda/sources/http/invoke.ts');
  if (service.routes.length > 0 && isHttpEvent(event)) return HTTP_HANDLER;
  const entries = [...service.functions.values()];
  const fitting = entries.filter(({ source }) => source?.matches(event));
  if (fitting.length === 1) return fitting[0]!.name;
  const plain = entries.filter(({ kind }) => kind === 'function');
  if (fitting.length === 0 && plain.length === 1) return plain[0]!.name;
  throw new ConfigError(`invoke: name the function to run, one of ${service.handlerNames.join(', ')}`);
}

async function runOnce(service: Service, name: string, event: unknown, timeoutMs: number): Promise<number> {
  const { resolveFunction } = await import('../../adapters/lambda/runtime/invokable.ts');
  const invokable = resolveFunction(service, name);
  if (!invokable)
    throw new FlagError(
      `invoke: there is no function ${name}, use one of ${service.handlerNames.join(', ')}`,
    );
  connectSiblings(service, process.env);
  const logger = streamLogger(process.stderr);
  const exited = (code: number) => `app: process.exit(${code}) was called while the service started`;
  await watchExit(exited, () => service.lifecycle.start({ logger }));
  const code = await runInvokable({ service, name, invokable, event, timeoutMs, logger });
  return (await service.lifecycle.stop({ logger })) ? code : 1;
}

interface Run {
  readonly service: Service;
  readonly name: string;
  readonly invokable: Invokable;
  readonly event: unknown;
  readonly timeoutMs: number;
  readonly logger: Logger;
}

async function runInvokable({ service, name, invokable, event, timeoutMs, logger }: Run): Promise<number> {
  const requestId = randomUUID();
  const metrics = streamMetrics(process.stderr, service.name);
  const context = new Context({ requestId, functionName: name, timeoutMs, logger, metrics, event });
  try {
    const exited = (code: number) => JSON.stringify(exitError(code, requestId), null, 2);
    const result = await watchExit(exited, async () => collectResult(await invokable(event, context)));
    const json = parsed(result.toString());
    await print(json ? JSON.stringify(json.value, null, 2) : result);
    await siblingsEnded(service);
    return failedStatus(name, json?.value) ? 1 : 0;
  } catch (error) {
    await print(JSON.stringify(functionError(error, requestId), null, 2), process.stderr);
    return 1;
  } finally {
    context.finish();
  }
}

/** Functions that the invoked one has called and not waited for, as far as they run in this process. */
async function siblingsEnded({ siblings }: Service): Promise<void> {
  while (siblings.running.size > 0) await sleep(20);
}

/** As Lambda tells of a process that ended before it answered. */
function exitError(code: number, requestId: string): FunctionErrorPayload {
  const why = code === 0 ? 'without providing a reason' : `with error: exit status ${code}`;
  const errorMessage = `RequestId: ${requestId} Error: Runtime exited ${why}`;
  return { errorType: 'Runtime.ExitError', errorMessage, stackTrace: [] };
}

// A route's error is already a reply; a script that calls `invoke` wants to know all the same.
function failedStatus(name: string, result: unknown): boolean {
  return name === HTTP_HANDLER && Number((result as { statusCode?: unknown } | null)?.statusCode) >= 500;
}

/** @returns `undefined` for what is no JSON, as a stream may give */
function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
