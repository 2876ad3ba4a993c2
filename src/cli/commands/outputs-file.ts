import { rename, rm, writeFile } from 'node:fs/promises';

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
