/**
 * Shows the service's own files and lines in stack traces of the executable, whose code is one file. It is an asset:
 * loaded, with the map, when the first stack is asked for, so no start pays for it.
 */
import { SourceMap } from 'node:module';
import { getAsset } from 'node:sea';
import { MAP_ASSET, VIRTUAL_FOLDER } from './names.ts';

let map: SourceMap | undefined;

/** As V8 calls `Error.prepareStackTrace`. */
export function stackOf(error: unknown, sites: readonly NodeJS.CallSite[]): string {
  const frames = sites.map((site) => `\n    at ${frameOf(site)}`);
  return `${headOf(error)}${frames.join('')}`;
}

function frameOf(site: NodeJS.CallSite): string {
  const text = String(site);
  const file = site.getFileName() ?? '';
  if (!isBundle(file)) return text;
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  if (line === null || column === null) return text;
  map ??= new SourceMap(JSON.parse(getAsset(MAP_ASSET, 'utf8')));
  const entry = map.findEntry(line - 1, column - 1);
  if (!('originalSource' in entry)) return text;
  const place = `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  return text.replace(`${file}:${line}:${column}`, () => place);
}

/** The executable's script has any name; assets have their hash in theirs. */
function isBundle(file: string): boolean {
  return file.startsWith(VIRTUAL_FOLDER) && !/-[0-9a-f]{12}\.cjs$/.test(file);
}

/** As V8 begins a stack, whatever the error is. */
function headOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return '<error>';
  }
}
