import { DEFAULT_DRAIN_SECONDS, DEFAULT_PORT } from '../../server/defaults.ts';
import {
  absolutePath,
  commandWord,
  environmentList,
  refuseControls,
  SupervisorConfigError,
  wholeNumber,
} from './encode.ts';

/** Seconds that supervisord waits between SIGTERM and SIGKILL; longer than the server's drain. */
export const DEFAULT_STOPWAITSECS = 35;
/** The most that a configuration may ask for: a day. */
export const MAX_STOPWAITSECS = 86_400;

/**
 * Failed starts in a row after which supervisord gives up. Each pause is a second longer than the one before: a thousand
 * of them take days, and ten no more than a minute, for which a dependency may well be away.
 */
export const DEFAULT_STARTRETRIES = 100_000;
/** The most that a configuration may ask for. */
export const MAX_STARTRETRIES = 1_000_000;

/** A rotated log file of one of the program's output streams. */
export interface ProgramLog {
  /** Absolute path; its folder must exist when supervisord starts. */
  readonly file: string;
  /** Bytes at which the file is rotated, 0 for never (devices such as /dev/stdout need 0). Default 50 MB. */
  readonly maxBytes?: number;
  /** Rotated files to keep. Default 10. */
  readonly backups?: number;
}

/** How supervisord runs the HTTP server. Times are whole seconds. */
export interface SupervisorOptions {
  /** Program name: letters, digits, `_`, `.`, `-`. */
  readonly name: string;
  /** Absolute path of the executable. It is run directly, so that signals reach it and no shell. */
  readonly command: string;
  /** Default `httpServer --port PORT`, with `--drainTimeout` when `drainSeconds` is given. */
  readonly args?: readonly string[];
  /** TCP port for the default `args`. Default {@link DEFAULT_PORT}. */
  readonly port?: number;
  /** Account to run as; needs supervisord to run as root. Default: supervisord's own. */
  readonly user?: string;
  /** HOME when `user` is set (supervisord leaves root's). Default `directory`, else `/home/USER`. */
  readonly home?: string;
  /** Absolute path of the working directory. */
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** SIGTERM to SIGKILL. Default {@link DEFAULT_STOPWAITSECS}. */
  readonly stopwaitsecs?: number;
  /** The server's own drain limit, checked to be shorter than `stopwaitsecs`. Default {@link DEFAULT_DRAIN_SECONDS}. */
  readonly drainSeconds?: number;
  /** Seconds up before it counts as RUNNING; an earlier exit is BACKOFF whatever its status. Default 1. */
  readonly startsecs?: number;
  /** Starts that may fail in a row before FATAL, from which nothing brings it back. Default {@link DEFAULT_STARTRETRIES}. */
  readonly startretries?: number;
  /** TERM goes to the whole process group. Default false: the server stops its own children. */
  readonly stopasgroup?: boolean;
  /** KILL goes to the whole process group. Default true. May not be false with `stopasgroup`. */
  readonly killasgroup?: boolean;
  /** Lower starts earlier and stops later. Default 999. */
  readonly priority?: number;
  /** Default: supervisord chooses a file in its `childlogdir`. */
  readonly stdout?: ProgramLog;
  /** As `stdout`, for the other stream. */
  readonly stderr?: ProgramLog;
}

/**
 * The `[program:NAME]` section that runs `COMMAND httpServer --port PORT` under supervisord 4.
 * `autorestart=true`: a server that exits, even with status 0, is started again.
 *
 * @throws SupervisorConfigError naming the option that supervisord could not read back or would refuse
 * @see http://supervisord.org/configuration.html#program-x-section-settings
 * @example
 * ```ts
 * import { supervisorConfig } from 'amphi/supervisor';
 *
 * const section = supervisorConfig({ name: 'shop', command: '/opt/shop/app', user: 'shop', drainSeconds: 20 });
 * console.log(section.split('\n', 1)[0]); // [program:shop]
 * ```
 */
export function supervisorConfig(options: SupervisorOptions): string {
  if (!/^[\w.-]+$/.test(options.name)) {
    throw new SupervisorConfigError(
      'name',
      `${JSON.stringify(options.name)} may only hold letters, digits, _ . -`,
    );
  }
  const lines = [
    `[program:${options.name}]`,
    `command=${commandLine(options)}`,
    ...(options.directory === undefined ? [] : [`directory=${absolutePath('directory', options.directory)}`]),
    ...account(options),
    ...lifecycle(options),
    ...logLines('stdout', options.stdout),
    ...logLines('stderr', options.stderr),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLine(options: SupervisorOptions): string {
  const { command, port = DEFAULT_PORT } = options;
  wholeNumber('port', port, 1, 65535);
  if (!refuseControls('command', command).startsWith('/')) {
    throw new SupervisorConfigError('command', `${JSON.stringify(command)} is not an absolute path`);
  }
  const args = options.args ?? serverArgs(port, options.drainSeconds);
  return [commandWord('command', command), ...args.map((word, i) => commandWord(`args[${i}]`, word))].join(
    ' ',
  );
}

function serverArgs(port: number, drainSeconds: number | undefined): string[] {
  const args = ['httpServer', '--port', String(port)];
  return drainSeconds === undefined ? args : [...args, '--drainTimeout', String(drainSeconds)];
}

function account(options: SupervisorOptions): string[] {
  const { user, directory, environment = {} } = options;
  const lines: string[] = [];
  let all = environment;
  if (user !== undefined) {
    if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) {
      throw new SupervisorConfigError('user', `${JSON.stringify(user)} is not an account name`);
    }
    lines.push(`user=${user}`);
    // supervisord changes the uid but leaves root's HOME, USER and LOGNAME in place.
    const home = options.home ?? directory ?? `/home/${user}`;
    absolutePath('home', home);
    all = { HOME: home, USER: user, LOGNAME: user, ...environment };
  }
  if (Object.keys(all).length > 0) lines.push(`environment=${environmentList('environment', all)}`);
  return lines;
}

function lifecycle(options: SupervisorOptions): string[] {
  const {
    stopasgroup = false,
    killasgroup = true,
    priority = 999,
    startsecs = 1,
    startretries = DEFAULT_STARTRETRIES,
  } = options;
  if (stopasgroup && !killasgroup) {
    throw new SupervisorConfigError('killasgroup', 'may not be false while stopasgroup is true');
  }
  return [
    'autostart=true',
    'autorestart=true',
    `startsecs=${wholeNumber('startsecs', startsecs, 0, 3600)}`,
    `startretries=${wholeNumber('startretries', startretries, 0, MAX_STARTRETRIES)}`,
    'stopsignal=TERM',
    `stopwaitsecs=${stopWait(options)}`,
    `stopasgroup=${stopasgroup}`,
    `killasgroup=${killasgroup}`,
    `priority=${wholeNumber('priority', priority, 0, 1_000_000)}`,
  ];
}

// What the server may take after its drain has timed out: aborted handlers may still answer.
const GRACE_SECONDS = 2;

function stopWait(options: SupervisorOptions): number {
  const { stopwaitsecs = DEFAULT_STOPWAITSECS, drainSeconds = DEFAULT_DRAIN_SECONDS } = options;
  wholeNumber('stopwaitsecs', stopwaitsecs, 1, MAX_STOPWAITSECS);
  if (!(drainSeconds >= 0 && drainSeconds + GRACE_SECONDS < stopwaitsecs)) {
    const problem = `the drain of ${drainSeconds} s, and ${GRACE_SECONDS} s of grace, must be shorter than stopwaitsecs=${stopwaitsecs}, or SIGKILL cuts it`;
    throw new SupervisorConfigError('drainSeconds', problem);
  }
  return stopwaitsecs;
}

function logLines(stream: 'stdout' | 'stderr', log: ProgramLog | undefined): string[] {
  if (log === undefined) return [];
  const { file, maxBytes = 50 * 1024 * 1024, backups = 10 } = log;
  // supervisord expands log file names twice.
  const path = absolutePath(`${stream}.file`, file, 2);
  wholeNumber(`${stream}.maxBytes`, maxBytes, 0, Number.MAX_SAFE_INTEGER);
  if (file.startsWith('/dev/') && maxBytes !== 0) {
    throw new SupervisorConfigError(`${stream}.maxBytes`, `must be 0 for ${file}, which cannot be rotated`);
  }
  return [
    `${stream}_logfile=${path}`,
    `${stream}_logfile_maxbytes=${maxBytes}`,
    `${stream}_logfile_backups=${wholeNumber(`${stream}.backups`, backups, 0, 10_000)}`,
  ];
}
