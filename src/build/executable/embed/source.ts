import { SourceMap } from 'node:module';
import { extname } from 'node:path';
import type { Loader, PartialMessage } from 'esbuild';
import { applied, type Edit } from '../edit.ts';

/** A module as JavaScript, and where in the file each part of it comes from. */
export class Source {
  readonly code: string;
  readonly #path: string;
  readonly #text: string;
  readonly #map: SourceMap | undefined;

  private constructor(code: string, path: string, text: string, map?: SourceMap) {
    this.code = code;
    this.#path = path;
    this.#text = text;
    this.#map = map;
  }

  /** Nothing for what has errors of its own, which the bundler tells. */
  static async of(path: string, text: string): Promise<Source | undefined> {
    if (/\.[cm]?js$/.test(path)) return new Source(text, path, text);
    const { transform } = await import('esbuild');
    try {
      const { code, map } = await transform(text, {
        loader: loaderOf(path),
        sourcemap: 'external',
        sourcefile: path,
        target: 'esnext',
      });
      return new Source(code, path, text, new SourceMap(JSON.parse(map)));
    } catch {
      return undefined;
    }
  }

  /** As esbuild takes it: lines from 1, columns from 0. */
  locationOf(offset: number): PartialMessage['location'] {
    const before = this.code.slice(0, offset).split('\n');
    let line = before.length - 1;
    let column = before.at(-1)!.length;
    const entry = this.#map?.findEntry(line, column);
    if (entry && 'originalLine' in entry) [line, column] = [entry.originalLine, entry.originalColumn];
    return { file: this.#path, line: line + 1, column, lineText: this.#text.split('\n')[line] };
  }

  /** With a map for the bundler, by which lines stay right. */
  edited(edits: readonly Edit[]): string {
    const map = this.#map && Buffer.from(JSON.stringify(this.#map.payload)).toString('base64');
    const comment = map ? `\n//# sourceMappingURL=data:application/json;base64,${map}` : '';
    return applied(this.code, edits) + comment;
  }
}

export function loaderOf(path: string): Loader {
  return extname(path).slice(1).replace(/^[cm]/, '') as Loader;
}
