import { LAMBDA_MEMORY_MB, LAMBDA_TIMEOUT_SECONDS } from '../../aws/quotas.ts';
import { ConfigError, type Service } from '../../core/index.ts';
import { defineAction } from '../command.ts';
import { asFlag, FlagError } from '../flag-values.ts';
import { environmentFlag, portFlag, secondsFlag, wholeFlag } from '../flags.ts';
import { outliveReaders, streamLogger } from '../output.ts';
import { ownCommand } from '../own-command.ts';

interface Flags {
  readonly port: string;
  readonly host: string;
  readonly httpPort?: string;
  readonly function?: string[];
  readonly timeout: string;
  readonly initTimeout: string;
  readonly memory: string;
  readonly concurrency: string;
  readonly perEnvironment: string;
  readonly queue: string;
  readonly retries: string;
  readonly env?: string[];
}

const MOST_ENVIRONMENTS = 1000;
/** From SIGTERM to SIGKILL: more than the 500 ms that Lambda gives, for a laptop may be slower. */
const GRACE_MS = 2000;
/** Lambda waits one minute before the first retry. */
const RETRY_DELAY_MS = 1000;

export const emulateCommand = defineAction<Flags>({
  builder: (yargs) =>
    yargs
      .option('port', { string: true, default: '9001', describe: 'TCP port; 0 takes a free one' })
      .option('host', { string: true, default: '127.0.0.1', describe: 'Address to listen on' })
      .option('httpPort', {
        string: true,
        describe: 'TCP port that serves the routes too, as a Function URL would',
      })
      .option('function', {
        string: true,
        array: true,
        describe: 'Functions to offer, http for the routes; all if left out',
      })
      .option('timeout', { string: true, default: '3', describe: 'Seconds an invocation may take' })
      .option('initTimeout', { string: true, default: '10', describe: 'Seconds a start may take' })
      .option('memory', {
        string: true,
        default: '128',
        describe: 'MB that the function is told, and its heap is limited by',
      })
      .option('concurrency', { string: true, default: '10', describe: 'Environments of one function' })
      .option('perEnvironment', {
        string: true,
        default: '1',
        describe: 'Invocations at the same time in one environment (AWS_LAMBDA_MAX_CONCURRENCY)',
      })
      .option('queue', {
        string: true,
        default: '100',
        describe: 'Invocations that may wait for an environment; one more is a 429',
      })
      .option('retries', {
        string: true,
        default: '2',
        describe: 'How often a failed Event invocation is run again, after 1 s, 2 s, 4 s ...',
      })
      .option('env', { string: true, array: true, describe: 'NAME=value for the functions; repeatable' })
      .group(['port', 'host', 'httpPort'], 'Listening:')
      .group(['function', 'env', 'timeout', 'initTimeout', 'memory'], 'Functions:')
      .group(['concurrency', 'perEnvironment', 'queue', 'retries'], 'Concurrency:'),
  handler: async (flags, tools) => {
    const settings = settingsOf(flags);
    const functions = chooseFunctions(await tools.service(), flags.function);
    const { checkEnvironment, runEmulator } = await import('../../adapters/emulator/index.ts');
    asFlag(() => checkEnvironment(settings.environment));
    outliveReaders();
    const logger = streamLogger(process.stdout);
    const output = (lines: Buffer) => void process.stdout.write(lines);
    const nodeOptions = settings.environment.NODE_OPTIONS ?? process.env.NODE_OPTIONS;
    const command = await ownCommand(settings.memoryMB, nodeOptions);
    return runEmulator({ ...settings, functions, command, output, logger, baseEnv: process.env });
  },
});

function settingsOf(flags: Flags) {
  const { host } = flags;
  return {
    port: portFlag(flags.port),
    host,
    httpPort: flags.httpPort === undefined ? undefined : portFlag(flags.httpPort, '--httpPort'),
    timeoutMs: positiveSeconds(flags.timeout, '--timeout'),
    initTimeoutMs: positiveSeconds(flags.initTimeout, '--initTimeout'),
    memoryMB: wholeFlag(flags.memory, '--memory', LAMBDA_MEMORY_MB.min, LAMBDA_MEMORY_MB.max),
    concurrency: wholeFlag(flags.concurrency, '--concurrency', 1, MOST_ENVIRONMENTS),
    perEnvironment: wholeFlag(flags.perEnvironment, '--perEnvironment', 1, MOST_ENVIRONMENTS),
    queue: wholeFlag(flags.queue, '--queue', 0, 100_000),
    retries: wholeFlag(flags.retries, '--retries', 0, 10),
    retryDelayMs: RETRY_DELAY_MS,
    graceMs: GRACE_MS,
    environment: environmentFlag(flags.env ?? []),
  };
}

function positiveSeconds(value: unknown, flag: string): number {
  const ms = secondsFlag(value, flag, LAMBDA_TIMEOUT_SECONDS.max);
  if (ms === 0) throw new FlagError(`${flag} ${JSON.stringify(value)}: it must be more than 0 seconds`);
  return ms;
}

function chooseFunctions(service: Service, wanted: readonly string[] | undefined): string[] {
  const known = service.handlerNames;
  if (known.length === 0) throw new ConfigError('emulate: the registry has no function and no route');
  if (wanted === undefined) return known;
  for (const name of wanted) {
    if (known.includes(name)) continue;
    throw new FlagError(`--function ${JSON.stringify(name)}: there is none, use one of ${known.join(', ')}`);
  }
  return [...new Set(wanted)];
}
