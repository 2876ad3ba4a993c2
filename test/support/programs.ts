import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Absolute path of a program on PATH, `undefined` when it is not there. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** A Python that can import a module: Debian's own last, whose packages others on PATH do not see. */
export function findPython(module: string): string | undefined {
  const candidates = [findProgram('python3'), '/usr/bin/python3'];
  return candidates.find(
    (python) => python !== undefined && spawnSync(python, ['-c', `import ${module}`]).status === 0,
  );
}
