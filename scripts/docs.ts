/** `npm run docs`: writes what of the documentation is derived from the sources: docs/api, and sections of other pages. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateDocs } from './docs/generate.ts';
import { SECTIONS, withSection } from './docs/sections.ts';

const root = join(import.meta.dirname, '..');

await generateDocs(root, join(root, 'docs', 'api'));
for (const section of SECTIONS) {
  const path = join(root, section.path);
  await writeFile(path, withSection(await readFile(path, 'utf8'), section));
}
