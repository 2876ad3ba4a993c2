import { createRegistry, type HttpInterceptor, type Registry } from '../../src/core/index.ts';

// The logger of registry.fetch is standard error; failures are on purpose.
process.env.AMPHI_LOG_LEVEL = 'FATAL';

export function registryWith(...interceptors: HttpInterceptor[]): Registry {
  const registry = createRegistry({ name: 'kit' });
  for (const interceptor of interceptors) registry.use(interceptor);
  return registry;
}

export type Headers = Record<string, string>;

export const ask = (registry: Registry, path: string, headers: Headers = {}, method = 'GET') =>
  registry.fetch(new Request(`http://localhost${path}`, { method, headers }));

/** The code of a problem document. */
export const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;
