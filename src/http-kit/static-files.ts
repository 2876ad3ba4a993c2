import type { HttpHandler } from '../core/index.ts';
import type { FileServer } from './static-files.deferred.ts';
import { assertStaticFiles, type StaticFilesOptions } from './static-options.ts';

/**
 * A handler that serves the files below a folder: content types, ETag, 304, ranges, HEAD, index files, compressed siblings.
 * Files whose name, or a folder's, starts with a dot are not served, nor is anything outside of the folder, whatever the
 * path or a symbolic link says.
 *
 * Errors: 404 `FILE_NOT_FOUND`, 412 `PRECONDITION_FAILED`, 416 `RANGE_NOT_SATISFIABLE`; 500 `RESPONSE_TOO_LARGE` for a file
 * that a gateway in front of Lambda cannot take (6 MB as base64, a load balancer 1 MB).
 * @throws ConfigError for a root that is no folder, or a bad option
 * @example
 * ```ts
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { pathToFileURL } from 'node:url';
 * import { createRegistry } from 'amphi';
 * import { staticFiles } from 'amphi/http-kit';
 *
 * const folder = mkdtempSync('/tmp/public-');
 * writeFileSync(`${folder}/hello.txt`, 'Hello');
 *
 * const registry = createRegistry({ name: 'site' });
 * // In a service: root: new URL('./public/', import.meta.url)
 * registry.get('/assets/*', staticFiles({ root: pathToFileURL(`${folder}/`), maxAge: 3600 }));
 *
 * const response = await registry.fetch(new Request('http://localhost/assets/hello.txt'));
 * console.log(response.headers.get('content-type')); // text/plain; charset=utf-8
 * console.log(response.headers.get('cache-control')); // public, max-age=3600
 * console.log(await response.text()); // Hello
 * ```
 */
export function staticFiles(options: StaticFilesOptions): HttpHandler {
  assertStaticFiles(options);
  let server: Promise<FileServer> | undefined;
  return async (request) => {
    server ??= import('./static-files.deferred.ts').then(({ FileServer }) => new FileServer(options));
    return (await server).serve(request);
  };
}
