import { resolve } from 'node:path';
import {
  DEFAULT_DRAIN_SECONDS,
  DEFAULT_PORT,
  DEFAULT_STARTRETRIES,
  DEFAULT_STOPWAITSECS,
  MAX_STARTRETRIES,
  MAX_STOPWAITSECS,
  SupervisorConfigError,
  supervisorGroup,
} from '../../adapters/supervisor/index.ts';
import {
  ConfigError,
  type Placement,
  placementOf,
  RUN_ON,
  type RunOn,
  type Service,
} from '../../core/index.ts';
import { defineAction } from '../command.ts';
import { FlagError } from '../flag-values.ts';
import { environmentFlag, portFlag, wholeFlag } from '../flags.ts';
import { print } from '../output.ts';
import { processesFlag } from '../processes.ts';
import { type WorkerFlags, withWorkerFlags, workerArguments } from './worker-flags.ts';

interface Flags extends WorkerFlags {
  readonly program?: string;
  readonly command?: string;
  readonly port: string;
  readonly user?: string;
  readonly directory?: string;
  readonly env?: string[];
  readonly runOn?: string[];
  readonly startretries: string;
  readonly stopwaitsecs: string;
  readonly drainTimeout: string;
  readonly processes?: string;
}

export const supervisorCommand = defineAction<Flags>({
  builder: (yargs) =>
    withWorkerFlags(yargs, { defaults: false })
      .option('program', { string: true, describe: 'Program name; default the name of the service' })
      .option('command', { string: true, describe: 'Path of the executable; default this one' })
      .option('port', { string: true, default: String(DEFAULT_PORT), describe: 'TCP port of the server' })
      .option('processes', {
        string: true,
        describe: 'Processes of the server, or auto for one each core (default 1)',
      })
      .option('user', { string: true, describe: 'Account to run as' })
      .option('directory', { string: true, describe: 'Working directory' })
      .option('env', { string: true, array: true, describe: 'NAME=value for the environment; repeatable' })
      .option('runOn', {
        string: true,
        array: true,
        describe:
          'Where a handler runs, as NAME=lambda, instances or both; repeatable (default: as the registry says)',
      })
      .option('startretries', {
        string: true,
        default: String(DEFAULT_STARTRETRIES),
        describe: 'Starts that may fail in a row before supervisord gives a program up',
      })
      .option('stopwaitsecs', {
        string: true,
        default: String(DEFAULT_STOPWAITSECS),
        describe: 'Seconds from SIGTERM to SIGKILL',
      })
      .option('drainTimeout', {
        string: true,
        default: String(DEFAULT_DRAIN_SECONDS),
        describe: 'Seconds the drain may take; less than the above',
      }),
  handler: async (flags, tools) => {
    const service = await tools.service();
    await print(configOf(flags, service, placed(service, runOnFlag(flags.runOn))));
  },
});

function configOf(flags: Flags, { name }: Service, { routes, functions }: Placement): string {
  const hasWorker = functions.some(({ runOn }) => runOn !== 'lambda');
  // A service without any of them still has the server, for its Invoke API.
  const hasServer = !hasWorker || routes.some(({ runOn }) => runOn !== 'lambda');
  const port = portFlag(flags.port);
  const drainSeconds = wholeFlag(flags.drainTimeout, '--drainTimeout', 0, MAX_STOPWAITSECS);
  const drain = ['--drainTimeout', String(drainSeconds)];
  const processes = processesArguments(flags.processes, hasServer);
  const worker = workerArguments(flags, hasWorker);
  const common = {
    command: resolve(flags.command ?? process.execPath),
    user: flags.user,
    directory: flags.directory && resolve(flags.directory),
    environment: environmentFlag(flags.env ?? []),
    startretries: wholeFlag(flags.startretries, '--startretries', 0, MAX_STARTRETRIES),
    stopwaitsecs: wholeFlag(flags.stopwaitsecs, '--stopwaitsecs', 1, MAX_STOPWAITSECS),
    drainSeconds,
  };
  return namingFlags(() =>
    supervisorGroup(flags.program ?? name, {
      ...(hasServer
        ? { server: { ...common, args: ['httpServer', '--port', String(port), ...processes, ...drain] } }
        : {}),
      ...(hasWorker ? { worker: { ...common, args: ['worker', ...worker, ...drain] } } : {}),
    }),
  );
}

/** As they are given: how many cores there are is known where it runs. */
function processesArguments(value: string | undefined, hasServer: boolean): string[] {
  if (value === undefined) return [];
  processesFlag(value);
  if (!hasServer)
    throw new FlagError('--processes is for the server, and no route runs on instances (--runOn)');
  return ['--processes', value];
}

/** @throws FlagError for an override that names nothing, or a place where its handler cannot run */
function placed(service: Service, overrides: Readonly<Record<string, RunOn>>): Placement {
  try {
    return placementOf(service, overrides);
  } catch (error) {
    const flagged = error instanceof ConfigError && Object.keys(overrides).length > 0;
    throw flagged ? new FlagError(`--runOn: ${error.message}`) : error;
  }
}

/** @throws FlagError naming the first that is not `NAME=SIDE` */
function runOnFlag(pairs: readonly string[] = []): Record<string, RunOn> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=');
      const side = RUN_ON.find((known) => known === pair.slice(at + 1));
      if (at < 1 || side === undefined)
        throw new FlagError(`--runOn ${JSON.stringify(pair)}: it must be NAME=${RUN_ON.join(' or NAME=')}`);
      return [pair.slice(0, at), side];
    }),
  );
}

/** Flags whose name is not that of their option. */
const FLAGS: Readonly<Record<string, string>> = {
  name: 'program',
  environment: 'env',
  drainSeconds: 'drainTimeout',
  home: 'directory',
};

/** @throws FlagError that names the flag in place of the option */
function namingFlags(write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof SupervisorConfigError)) throw error;
    const [option = '', ...rest] = error.option.split('.');
    throw new FlagError(`${[`--${FLAGS[option] ?? option}`, ...rest].join(' ')}: ${error.problem}`);
  }
}
