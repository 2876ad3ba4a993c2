/** The source map of a bundle that was changed after esbuild made it, with names that tell nothing of this machine. */
import { dirname, join, relative, resolve, sep } from 'node:path';
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import type { Edit } from '../edit.ts';
import { FRAMEWORK, isFramework } from '../framework.ts';

interface EncodedMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/**
 * @param json of esbuild; sources are relative to `root`
 * @param code that it made
 * @param edits made to the code since
 * @param project folder that the names of the service's modules are relative to
 */
export function mapOf(
  json: string,
  code: string,
  edits: readonly Edit[],
  { root, project }: { readonly root: string; readonly project: string },
): string {
  const { sources, mappings } = JSON.parse(json) as EncodedMap;
  const paths = sources.map((source) => (PLUGIN.test(source) ? MADE : resolve(root, source)));
  const own = paths.map((path) => isFramework(path));
  const shifts = shiftsOf(code, edits);
  const lines = decode(mappings).map((segments, line) => {
    const shift = shifts.get(line);
    return withoutRepeats(shift ? segments.map((segment) => moved(segment, shift)) : segments, own);
  });
  const map = {
    version: 3,
    sources: paths.map((path) => nameOf(path, project)),
    names: [],
    mappings: encode(lines),
  };
  return JSON.stringify(map);
}

/** What the build's plugins made has a path behind the name of the plugin. */
const PLUGIN = /^[\w-]{2,}:/;
const MADE = join(FRAMEWORK, 'build');

/** Where edits of one line end, and by how much the rest of it moves. */
type Shift = readonly { readonly end: number; readonly by: number }[];

function shiftsOf(code: string, edits: readonly Edit[]): Map<number, Shift> {
  const shifts = new Map<number, { end: number; by: number }[]>();
  let [line, start] = [0, 0];
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    for (let end = code.indexOf('\n', start); end >= 0 && end < edit.start; end = code.indexOf('\n', start)) {
      line += 1;
      start = end + 1;
    }
    const list = shifts.get(line) ?? [];
    list.push({ end: edit.end - start, by: edit.text.length - (edit.end - edit.start) });
    shifts.set(line, list);
  }
  return shifts;
}

function moved([column, ...rest]: SourceMapSegment, shift: Shift): SourceMapSegment {
  const by = shift.reduce((sum, { end, by }) => (end <= column ? sum + by : sum), 0);
  return [column + by, ...rest] as SourceMapSegment;
}

/** Of the framework the file is enough, and names are in the code: that leaves a fifth of the map. */
function withoutRepeats(segments: readonly SourceMapSegment[], own: readonly boolean[]): SourceMapSegment[] {
  let last = -1;
  return segments.flatMap((segment): SourceMapSegment[] => {
    const [column, source = -1, line, at] = segment;
    if (source === -1 || line === undefined || at === undefined) return [];
    if (own[source] && source === last) return [];
    last = source;
    return [[column, source, line, at]];
  });
}

/** `src/registry.ts`, `node_modules/zod/index.js`, `amphi/src/core/router.ts`. */
function nameOf(path: string, project: string): string {
  if (isFramework(path)) return `amphi/${relative(join(FRAMEWORK, '..'), path)}`;
  const at = path.lastIndexOf(`${sep}node_modules${sep}`);
  if (at >= 0) return path.slice(at + 1);
  return relative(project, path).replace(/^(\.\.\/)+/, '') || relative(dirname(project), path);
}
