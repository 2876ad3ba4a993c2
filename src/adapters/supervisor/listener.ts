import { absolutePath, commandWord, SupervisorConfigError } from './encode.ts';

/** A program that supervisord tells of its events. */
export interface ListenerOptions {
  /** Name of the listener: letters, digits, `_`, `.`, `-`. */
  readonly name: string;
  /** Absolute path and arguments. Its stdout is the protocol, so only stderr can be a log. */
  readonly command: readonly [path: string, ...args: string[]];
  /** Such as `PROCESS_STATE_FATAL`. */
  readonly events: readonly string[];
  readonly user?: string;
  /** Absolute path of the log of stderr. Default: supervisord chooses a file. */
  readonly stderr?: string;
}

/**
 * The `[eventlistener:NAME]` section.
 *
 * @throws SupervisorConfigError naming the option
 * @see http://supervisord.org/events.html
 * @example
 * ```ts
 * import { listenerConfig } from 'amphi/supervisor';
 *
 * const command = ['/opt/shop/watch', 'on_fatal'] as const;
 * const section = listenerConfig({ name: 'shop-fatal', command, events: ['PROCESS_STATE_FATAL'] });
 * console.log(section.split('\n', 1)[0]); // [eventlistener:shop-fatal]
 * ```
 */
export function listenerConfig({ name, command, events, user, stderr }: ListenerOptions): string {
  if (!/^[\w.-]+$/.test(name))
    throw new SupervisorConfigError('name', `${JSON.stringify(name)} may only hold letters, digits, _ . -`);
  const lines = [
    `[eventlistener:${name}]`,
    `command=${command.map((word, index) => commandWord(`command[${index}]`, word)).join(' ')}`,
    `events=${events.join(',')}`,
    ...(user === undefined ? [] : [`user=${user}`]),
    'autorestart=true',
    ...(stderr === undefined ? [] : [`stderr_logfile=${absolutePath('stderr', stderr, 2)}`]),
  ];
  return `${lines.join('\n')}\n`;
}
