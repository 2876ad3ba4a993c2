import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
import type { Content, Files } from '../content.ts';
import { sha256 } from '../files.ts';

const EXTRACT = join(import.meta.dirname, `extract${extname(import.meta.filename)}`);

/** A file, or a folder with all below it, by relative path. */
export function filesAt(path: string): Files {
  if (!statSync(path).isDirectory()) return new Map([[basename(path), readFileSync(path)]]);
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.sort().map((file) => [relative(path, file), readFileSync(file)]));
}

/** Stores files as assets. @returns a CommonJS expression of the folder that they are in at run time */
export function stored(content: Content, files: Files): string {
  const list = [...files].map(([path, bytes]) => {
    const asset = `file-${sha256(bytes).slice(0, 16)}`;
    content.files.set(asset, bytes);
    return [path, asset];
  });
  const key = sha256(JSON.stringify(list)).slice(0, 16);
  return `require(${JSON.stringify(EXTRACT)}).extracted(${JSON.stringify(key)}, ${JSON.stringify(list)})`;
}
