/** A root folder as bare as provided.al2023 is for an executable: itself and the libraries it needs, nothing else. */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readNeeded } from '../../../src/build/executable/elf.ts';

/** The reason a chroot cannot be made here, or undefined when it can. */
export function noChroot(): string | undefined {
  if (process.getuid?.() !== 0) return 'chroot needs root';
  const { status, error } = spawnSync('chroot', ['/', 'true']);
  if (error) return 'chroot is not on PATH';
  return status === 0 ? undefined : 'chroot is not permitted here';
}

/** Fills `root` with `executable` as /app and the shared libraries its ELF header names, at their usual places. */
export async function makeBareRoot(root: string, executable: string): Promise<string[]> {
  const needed = await readNeeded(executable);
  const known = loadedLibraries();
  mkdirSync(root, { recursive: true });
  copyFileSync(executable, join(root, 'app'));
  for (const library of needed) {
    const path = known.find((candidate) => candidate.endsWith(`/${library}`));
    if (!path) throw new Error(`${library} is not on this machine`);
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path, target); // follows the symbolic link that names the version
  }
  return needed;
}

/** Paths of the libraries the running Node.js, which is the executable's base, was loaded with. */
function loadedLibraries(): string[] {
  const report = execFileSync(process.execPath, [
    '-p',
    'JSON.stringify(process.report.getReport().sharedObjects)',
  ]);
  return JSON.parse(report.toString()) as string[];
}
