import { BOOT, CLOUDWATCH, DRAIN, SETTLE, STOP, TLS, WATCH } from '../scripts.embedded.ts';

/** Steps of the first boot that not every topology has. */
export interface ScriptOptions {
  /** The server's certificate and key come from a secret. */
  readonly tls: boolean;
  /** CloudWatch's agent forwards the logs. */
  readonly logs: boolean;
  /** The drain takes longer than systemd waits. */
  readonly longStop: boolean;
  /** The group waits for it. */
  readonly hooked: boolean;
  /** A load balancer has to find the server ready, too. */
  readonly balanced: boolean;
}

/** Functions in the order in which they run, each with the file that defines it. */
const STEPS: readonly {
  readonly call: string;
  readonly file: string;
  readonly when?: keyof ScriptOptions;
}[] = [
  { call: 'install_packages', file: BOOT },
  { call: 'check_image', file: BOOT },
  { call: 'make_account', file: BOOT },
  { call: 'install_artifact', file: BOOT },
  { call: 'install_tls', file: TLS, when: 'tls' },
  { call: 'install_watch', file: WATCH },
  { call: 'extend_stop', file: STOP, when: 'longStop' },
  { call: 'configure_supervisord', file: BOOT },
  // Before the server is waited for: the log of one that never gets ready tells why.
  { call: 'forward_logs', file: CLOUDWATCH, when: 'logs' },
  { call: 'wait_until_ready', file: BOOT },
  { call: 'settle', file: SETTLE, when: 'balanced' },
];

/** First boot of an instance: the files that it needs, then a call of each step. */
export function userDataScript(options: ScriptOptions): string {
  const steps = STEPS.filter(({ when }) => when === undefined || options[when]);
  const files = new Set([...steps.map(({ file }) => file), ...(options.hooked ? [DRAIN] : [])]);
  const calls = steps.map(({ call }) => `run ${call}`).join('\n');
  return `${[...files].map(withoutComments).join('\n')}\n${calls}\n`;
}

/** Comments and indentation are for whoever reads the files; EC2 counts every byte. A title stays, as the first line does. */
function withoutComments(file: string): string {
  const lines = file.split('\n').filter((line) => !/^\s*#(?!!| \{\{)/.test(line));
  return `${lines
    .map((line) => line.replace(/^ +/, ''))
    .join('\n')
    .replaceAll(/\n{2,}/g, '\n')
    .trimEnd()}\n`;
}
