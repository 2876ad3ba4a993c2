import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FlagError } from '../flag-values.ts';

/** Writes the outputs of a stack as JSON, whole or not at all. @throws the file system's error, which names the path */
export async function writeOutputs(path: string, outputs: Readonly<Record<string, string>>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(outputs, null, 2)}\n`);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Before anything is deployed: a file that cannot be written in the end is no use. @throws FlagError */
export async function checkOutputs(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const isFolder = async (name: string) => (await stat(name).catch(() => undefined))?.isDirectory() === true;
  if (await isFolder(path)) throw new FlagError(`--outputs ${path}: that is a folder`);
  if (!(await isFolder(dirname(path)))) {
    throw new FlagError(`--outputs ${path}: there is no folder ${dirname(path)}`);
  }
}
