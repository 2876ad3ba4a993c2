import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, or `dist/lib` of the package. In the executable all code is in one file. */
const ROOT = join(import.meta.dirname, '..', '..') + sep;
const FRAMEWORK = [join(ROOT, 'src') + sep, join(ROOT, 'infra') + sep];
const APP = join(ROOT, 'src', 'app') + sep;
const EXECUTABLE = '/amphi/executable/';

const FRAME = /^ +at (?:(.+) \()?([^()]+?):(\d+):(\d+)\)?$/;

/**
 * Where the service's own code led to an error: its topmost frame, as `src/registry.ts:12:10`; in the executable the
 * module alone. Nothing where only the framework was at work.
 */
export function placeOf(error: Error): string | undefined {
  for (const line of (error.stack ?? '').split('\n')) {
    // Whoever awaits the command line is not at fault.
    if (line.trimStart().startsWith('at async ')) return undefined;
    const [, name = '', url = '', row, column] = FRAME.exec(line) ?? [];
    const file = url.startsWith('file:') ? fileURLToPath(url) : url;
    if (file.startsWith(EXECUTABLE)) {
      const module = moduleOf(name);
      if (module) return module;
    } else if (isOwn(file)) return `${shown(file)}:${row}:${column}`;
  }
  return undefined;
}

/** The bundle names the function around each of the service's modules by its path. */
function moduleOf(name: string): string | undefined {
  return /(?:^|[ .])([\w@./-]+\.[cm]?[jt]sx?)$/.exec(name)?.[1];
}

function isOwn(file: string): boolean {
  if (!file.startsWith(sep) || file.includes(`${sep}node_modules${sep}`)) return false;
  return file.startsWith(APP) || !FRAMEWORK.some((folder) => file.startsWith(folder));
}

function shown(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}
