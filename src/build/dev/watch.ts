import { basename } from 'node:path';
import { watch } from 'chokidar';

const SKIPPED = new Set(['node_modules', 'dist', 'coverage']);
/** Files that editors write beside the one that is edited. */
const LEFTOVER = /^\.|~$|\.sw[a-p]$|^4913$|\.tmp$/;
/** An editor, or a checkout, writes several files at once. */
const SETTLE_MS = 30;

/** Whether a change of the file means nothing to the service. */
export function isSkipped(path: string): boolean {
  const name = basename(path);
  return SKIPPED.has(name) || LEFTOVER.test(name);
}

/**
 * Calls with the path of a file that has changed, once for changes at the same time.
 * @param paths folders, with all below them, and files
 * @returns when it watches, how to stop
 */
export async function watchFiles(
  paths: readonly string[],
  onChange: (path: string) => void,
): Promise<() => Promise<void>> {
  const roots = new Set(paths);
  const ignored = (path: string) => !roots.has(path) && isSkipped(path);
  const watcher = watch([...paths], { ignored, ignoreInitial: true });
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', (_event, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => onChange(path), SETTLE_MS);
  });
  await new Promise<void>((resolve) => void watcher.once('ready', resolve));
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}
