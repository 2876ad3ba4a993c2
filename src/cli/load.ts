import { loadSecrets } from '../aws/secrets.ts';
import { ConfigError, type Service } from '../core/index.ts';
import type { LoadRegistry } from './command.ts';

/**
 * The service of the registry that a module exports.
 * @throws ConfigError when there is none
 */
export async function loadService(load: LoadRegistry): Promise<Service> {
  await loadSecrets(process.env);
  const module = typeof load === 'function' ? await load() : undefined;
  if (typeof module?.registry?.freeze === 'function') return module.registry.freeze();
  const names = Object.keys(module ?? {}).join(', ') || 'nothing';
  throw new ConfigError(
    `run: it takes a function that gives a module with a registry made by createRegistry, as in run(async () => ({ registry })), or of a module that exports one; there is ${names}`,
  );
}
