import { ConfigError, type Service } from '../core/index.ts';
import type { LoadRegistry } from './command.ts';

/**
 * The service of the registry that a module exports.
 * @throws ConfigError when there is none
 */
export async function loadService(load: LoadRegistry): Promise<Service> {
  const module = typeof load === 'function' ? await load() : undefined;
  if (typeof module?.registry?.freeze === 'function') return module.registry.freeze();
  const names = Object.keys(module ?? {}).join(', ') || 'nothing';
  throw new ConfigError(
    `run: it takes a function that gives a module with a registry made by createRegistry, as in run(async () => ({ registry })), or one that imports a module that exports registry; there is ${names}`,
  );
}
