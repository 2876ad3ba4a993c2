/** `npm run docs`: writes the API reference, docs/api, from the sources. */
import { join } from 'node:path';
import { generateDocs } from './docs/generate.ts';

const root = join(import.meta.dirname, '..');

await generateDocs(root, join(root, 'docs', 'api'));
