/** Writes the sections of the documentation that are derived from the sources. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SECTIONS, withSection } from './docs/sections.ts';

const project = join(import.meta.dirname, '..');

for (const section of SECTIONS) {
  const path = join(project, section.path);
  await writeFile(path, withSection(await readFile(path, 'utf8'), section));
}
