import { type SupervisorOptions, supervisorConfig } from './section.ts';

/**
 * Programs of one service that live and die together, by what each is: `NAME-server`, `NAME-worker` in `[group:NAME]`, so
 * that `supervisorctl restart NAME:*` means all of them. One alone keeps the name of the service, as `[program:NAME]`.
 *
 * @throws SupervisorConfigError naming the option
 * @see http://supervisord.org/configuration.html#group-x-section-settings
 * @example
 * ```ts
 * import { supervisorGroup } from 'amphi/supervisor';
 *
 * const app = { command: '/opt/shop/app' };
 * const both = supervisorGroup('shop', {
 *   server: app,
 *   worker: { ...app, args: ['worker'] },
 * });
 * console.log(both.match(/^\[.*\]$/gm)); // [ '[group:shop]', '[program:shop-server]', '[program:shop-worker]' ]
 * ```
 */
export function supervisorGroup(
  name: string,
  programs: Readonly<Record<string, Omit<SupervisorOptions, 'name'>>>,
): string {
  const entries = Object.entries(programs);
  const [first] = entries;
  if (first !== undefined && entries.length === 1) return supervisorConfig({ ...first[1], name });
  const sections = entries.map(([kind, options]) =>
    supervisorConfig({ ...options, name: `${name}-${kind}` }),
  );
  const members = entries.map(([kind]) => `${name}-${kind}`);
  return [`[group:${name}]\nprograms=${members.join(',')}\n`, ...sections].join('\n');
}
