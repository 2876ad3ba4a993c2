import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../core/index.ts';
import { assertOptions, assertWhole } from './options.ts';

export interface StaticFilesOptions {
  /**
   * The folder, as `new URL('./public/', import.meta.url)`: then it becomes part of an executable. A function is asked at the
   * first request, so that an executable unpacks the files then and not at its start.
   */
  readonly root: URL | (() => URL);
  /** What a folder is answered with. Default `index.html`; `false`: nothing. */
  readonly index?: string | false;
  /** Seconds for which a client may keep a file without asking again. Default 0. */
  readonly maxAge?: number;
  /** Adds `immutable`: files whose names change with their content. Default false. */
  readonly immutable?: boolean;
  /** The whole `cache-control`, in place of the two above; a function gets the path below the root. */
  readonly cacheControl?: string | ((file: string) => string);
  /** Whether `app.js.br`, `app.js.zst` or `app.js.gz` beside `app.js` goes to clients that take it. Default true. */
  readonly precompressed?: boolean;
  /** A file that answers where there is none, for navigations (`accept: text/html`): the page of a single-page application. */
  readonly fallback?: string;
}

const KNOWN = ['root', 'index', 'maxAge', 'immutable', 'cacheControl', 'precompressed', 'fallback'];

/** @throws ConfigError naming the option */
export function assertStaticFiles(options: StaticFilesOptions): void {
  assertOptions('staticFiles', options, KNOWN);
  const { root, maxAge = 0 } = options;
  assertWhole('staticFiles', 'maxAge', maxAge, 0, Number.MAX_SAFE_INTEGER);
  if (typeof root !== 'function') folderOf(root);
}

/** @throws ConfigError for what is no folder */
export function folderOf(root: URL): string {
  if (!(root instanceof URL) || root.protocol !== 'file:')
    throw new ConfigError(
      "staticFiles: root must be a file URL, such as new URL('./public/', import.meta.url)",
    );
  const folder = fileURLToPath(root);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new ConfigError(`staticFiles: root ${folder} is no folder`);
  return folder;
}
