/** Runs in the executable: writes what it holds to a folder, for what takes nothing but files. */
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getRawAsset } from 'node:sea';

let root: string | undefined;

/** Nobody else may write there, or they would choose what this process runs. */
function rootFolder(): string {
  const folder = join(tmpdir(), `amphi-${process.getuid!()}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // There already, or not to be made: looked at below.
  }
  const found = lstatSync(folder, { throwIfNoEntry: false });
  const own = found?.isDirectory() && found.uid === process.getuid!() && (found.mode & 0o77) === 0;
  return own ? folder : mkdtempSync(join(tmpdir(), 'amphi-'));
}

/**
 * Writes files, unless an earlier process has.
 * @param key names the folder, by the content of all files
 * @param files relative path and asset of each
 * @returns absolute path of the folder that they are in
 */
export function extracted(key: string, files: readonly (readonly [path: string, asset: string])[]): string {
  root ??= rootFolder();
  const folder = join(root, key);
  // It may hold nothing.
  mkdirSync(folder, { recursive: true });
  for (const [path, asset] of files) {
    const target = join(folder, path);
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    // Renamed when whole: another process may look for it at this moment.
    const part = `${target}.${process.pid}.part`;
    writeFileSync(part, new Uint8Array(getRawAsset(asset)));
    chmodSync(part, 0o500);
    renameSync(part, target);
  }
  return folder;
}
