import { resolve } from 'node:path';
import {
  DEFAULT_DRAIN_SECONDS,
  DEFAULT_PORT,
  DEFAULT_STARTRETRIES,
  DEFAULT_STOPWAITSECS,
  MAX_STARTRETRIES,
  MAX_STOPWAITSECS,
  SupervisorConfigError,
  type SupervisorOptions,
  supervisorConfig,
} from '../../adapters/supervisor/index.ts';
import { defineAction } from '../command.ts';
import { FlagError } from '../flag-values.ts';
import { environmentFlag, portFlag, wholeFlag } from '../flags.ts';
import { print } from '../output.ts';

interface Flags {
  readonly program?: string;
  readonly command?: string;
  readonly port: string;
  readonly user?: string;
  readonly directory?: string;
  readonly env?: string[];
  readonly startretries: string;
  readonly stopwaitsecs: string;
  readonly drainTimeout: string;
}

export const supervisorCommand = defineAction<Flags>({
  builder: (yargs) =>
    yargs
      .option('program', { string: true, describe: 'Program name; default the name of the service' })
      .option('command', { string: true, describe: 'Path of the executable; default this one' })
      .option('port', { string: true, default: String(DEFAULT_PORT), describe: 'TCP port' })
      .option('user', { string: true, describe: 'Account to run as' })
      .option('directory', { string: true, describe: 'Working directory' })
      .option('env', { string: true, array: true, describe: 'NAME=value for the environment; repeatable' })
      .option('startretries', {
        string: true,
        default: String(DEFAULT_STARTRETRIES),
        describe: 'Starts that may fail in a row before supervisord gives the server up',
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
    const { name } = await tools.service();
    const port = portFlag(flags.port);
    const drainSeconds = wholeFlag(flags.drainTimeout, '--drainTimeout', 0, MAX_STOPWAITSECS);
    const config = configOf({
      name: flags.program ?? name,
      command: resolve(flags.command ?? process.execPath),
      args: ['httpServer', '--port', String(port), '--drainTimeout', String(drainSeconds)],
      user: flags.user,
      directory: flags.directory && resolve(flags.directory),
      environment: environmentFlag(flags.env ?? []),
      startretries: wholeFlag(flags.startretries, '--startretries', 0, MAX_STARTRETRIES),
      stopwaitsecs: wholeFlag(flags.stopwaitsecs, '--stopwaitsecs', 1, MAX_STOPWAITSECS),
      drainSeconds,
    });
    await print(config);
  },
});

/** Flags whose name is not that of their option. */
const FLAGS: Readonly<Record<string, string>> = {
  name: 'program',
  environment: 'env',
  drainSeconds: 'drainTimeout',
  home: 'directory',
};

/** @throws FlagError that names the flag in place of the option */
function configOf(options: SupervisorOptions): string {
  try {
    return supervisorConfig(options);
  } catch (error) {
    if (!(error instanceof SupervisorConfigError)) throw error;
    const [option = '', ...rest] = error.option.split('.');
    throw new FlagError(`${[`--${FLAGS[option] ?? option}`, ...rest].join(' ')}: ${error.problem}`);
  }
}
