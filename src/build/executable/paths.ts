/** Where the build keeps what it can make again. */
import { join, sep } from 'node:path';

/**
 * `node_modules/.cache/amphi`, beside the framework's own dependencies: inside the framework's repository that is its
 * own node_modules, once installed as a package the node_modules it was installed into.
 */
export function defaultCacheDir(from: string = import.meta.dirname): string {
  const parts = from.split(sep);
  const inside = parts.indexOf('node_modules');
  const root = inside >= 0 ? parts.slice(0, inside).join(sep) : join(from, '..', '..', '..');
  return join(root, 'node_modules', '.cache', 'amphi');
}
