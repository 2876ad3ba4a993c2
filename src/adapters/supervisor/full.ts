import { absolutePath, SupervisorConfigError, wholeNumber } from './encode.ts';

/** A whole supervisord.conf of its own, apart from the machine's. All paths are absolute. */
export interface FullSupervisordOptions {
  /** Control socket, at most 90 bytes (supervisord adds its pid, and the kernel stops at 107). */
  readonly socket: string;
  readonly pidfile: string;
  /** supervisord's own log. */
  readonly logfile: string;
  /** Where programs without a log file of their own write. */
  readonly childlogdir: string;
  /** Stay in the foreground. Default true. */
  readonly nodaemon?: boolean;
  /** File descriptors to insist on, whole number. Default 1024. */
  readonly minfds?: number;
  /** Account supervisord itself runs as. Naming root silences its warning about root. */
  readonly user?: string;
  /** `[program:...]` sections, as `supervisorConfig` prints them. */
  readonly programs?: readonly string[];
  /** Glob patterns of further files, without white space. */
  readonly include?: readonly string[];
}

/**
 * A self-contained supervisord.conf that `supervisorctl -c` can drive through a unix socket only
 * root or its owner may open.
 *
 * @throws SupervisorConfigError naming the option
 * @see http://supervisord.org/configuration.html
 * @example
 * ```ts
 * import { fullSupervisordConfig, supervisorConfig } from 'amphi/supervisor';
 *
 * const conf = fullSupervisordConfig({
 *   socket: '/run/shop/supervisor.sock',
 *   pidfile: '/run/shop/supervisord.pid',
 *   logfile: '/var/log/shop/supervisord.log',
 *   childlogdir: '/var/log/shop',
 *   programs: [supervisorConfig({ name: 'shop', command: '/opt/shop/app' })],
 * });
 * console.log(conf.match(/^\[.*\]$/gm)?.at(-1)); // [program:shop]
 * ```
 */
export function fullSupervisordConfig(options: FullSupervisordOptions): string {
  const sections = [
    supervisordSection(options),
    ['[unix_http_server]', `file=${socketPath(options.socket)}`, 'chmod=0700'],
    [
      '[rpcinterface:supervisor]',
      'supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface',
    ],
    ['[supervisorctl]', `serverurl=unix://${socketPath(options.socket)}`],
    ...(options.include?.length ? [['[include]', `files=${includeList(options.include)}`]] : []),
  ].map((lines) => `${lines.join('\n')}\n`);
  return [...sections, ...(options.programs ?? [])].join('\n');
}

function supervisordSection(options: FullSupervisordOptions): string[] {
  const { nodaemon = true, minfds = 1024, user } = options;
  if (user !== undefined && !/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) {
    throw new SupervisorConfigError('user', `${JSON.stringify(user)} is not an account name`);
  }
  return [
    '[supervisord]',
    `nodaemon=${nodaemon}`,
    `minfds=${wholeNumber('minfds', minfds, 1, 1_048_576)}`,
    `logfile=${absolutePath('logfile', options.logfile)}`,
    `pidfile=${absolutePath('pidfile', options.pidfile)}`,
    `childlogdir=${absolutePath('childlogdir', options.childlogdir)}`,
    ...(user === undefined ? [] : [`user=${user}`]),
  ];
}

function socketPath(path: string): string {
  const encoded = absolutePath('socket', path);
  const bytes = new TextEncoder().encode(path).length;
  if (bytes > 90)
    throw new SupervisorConfigError('socket', `${bytes} bytes are too long for a unix socket (90)`);
  return encoded;
}

function includeList(patterns: readonly string[]): string {
  return patterns
    .map((pattern, i) => {
      if (/\s/u.test(pattern))
        throw new SupervisorConfigError(`include[${i}]`, 'white space separates patterns');
      return absolutePath(`include[${i}]`, pattern);
    })
    .join(' ');
}
