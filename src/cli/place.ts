import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFrameworkFrame } from '../core/frames.ts';

const EXECUTABLE = '/amphi/executable/';

const FRAME = /^ +at (?:.+ \()?([^()]+?):(\d+):(\d+)\)?$/;

/**
 * Where the service's own code led to an error: its topmost frame, as `src/registry.ts:12:10`. Nothing where only the framework was at work.
 */
export function placeOf(error: Error): string | undefined {
  for (const line of (error.stack ?? '').split('\n')) {
    // Whoever awaits the command line is not at fault.
    if (line.trimStart().startsWith('at async ')) return undefined;
    const [, url = '', row, column] = FRAME.exec(line) ?? [];
    const file = url.startsWith('file:') ? fileURLToPath(url) : url;
    if (isOwn(file) && !isFrameworkFrame(line)) return `${shown(file)}:${row}:${column}`;
  }
  return undefined;
}

function isOwn(file: string): boolean {
  if (/^(|node:.*|native|<anonymous>)$/.test(file) || /(^|\/)node_modules\//.test(file)) return false;
  return !file.startsWith(EXECUTABLE);
}

function shown(file: string): string {
  if (!file.startsWith(sep)) return file;
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}
