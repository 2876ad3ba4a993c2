import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { FlagError } from '../../cli/flag-values.ts';
import { portFlag } from '../../cli/flags.ts';
import { DEFAULT_PORT } from '../../server/defaults.ts';
import type { DevOptions } from './dev.ts';

const TEXT = { string: true } as const;
const DEBUGGER_PORT = 9229;

export function devFlags(yargs: Argv) {
  return yargs
    .parserConfiguration({ 'populate--': true, 'duplicate-arguments-array': true, 'dot-notation': false })
    .option('entry', { ...TEXT, default: 'src/main.ts', describe: 'Main module' })
    .option('port', { ...TEXT, default: String(DEFAULT_PORT), describe: 'TCP port; 0 takes a free one' })
    .option('host', { ...TEXT, default: '127.0.0.1', describe: 'Address to listen on' })
    .option('watch', {
      ...TEXT,
      array: true,
      describe: 'File or folder whose changes count, beside the folder of the main module; repeatable',
    })
    .option('envFile', { ...TEXT, describe: 'File of NAME=value lines for the environment' })
    .option('inspect', { boolean: true, default: false, describe: 'Open the debugger on this machine' })
    .option('inspectPort', { ...TEXT, default: String(DEBUGGER_PORT), describe: 'Its TCP port' })
    .option('schedules', { boolean: true, default: false, describe: 'Run schedules by their expressions' })
    .option('queues', {
      ...TEXT,
      describe: 'URL of a stand-in for SQS: make the queues there, and work them off',
    })
    .example('$0 dev', 'serve on port 9999, start again at each change')
    .example('$0 dev --inspect --schedules', 'with debugger and schedules')
    .example('$0 dev --queues http://127.0.0.1:9324', 'with queues of ElasticMQ or moto')
    .example('$0 dev -- --metricsPath /metrics', 'with flags of httpServer');
}

type Flags = Awaited<ReturnType<typeof devFlags>['argv']>;

/** @throws FlagError naming the flag */
export function devOptions(flags: Flags): DevOptions {
  const { inspect, inspectPort, schedules, queues, envFile } = flags;
  const paths = (flags.watch ?? []) as string[];
  const entry = existing(flags.entry, 'entry');
  if (queues !== undefined && !/^https?:$/.test(URL.parse(queues)?.protocol ?? ''))
    throw new FlagError(`--queues ${JSON.stringify(queues)}: it must be an http or https URL`);
  const debuggerPort = portFlag(inspectPort, '--inspectPort');
  return {
    ...{ entry, port: portFlag(flags.port), host: flags.host, schedules, queues },
    watch: paths.map((path) => existing(path, 'watch')),
    inspect: inspect ? debuggerPort : undefined,
    envFile: envFile === undefined ? undefined : existing(envFile, 'envFile'),
    args: ((flags as { '--'?: unknown[] })['--'] ?? []).map(String),
  };
}

function existing(path: string, flag: string): string {
  const absolute = resolve(path);
  if (!existsSync(absolute)) throw new FlagError(`--${flag} ${JSON.stringify(path)}: there is no such file`);
  return absolute;
}
