/** The package `amphi/http-kit`: what HTTP handlers need often, each a module of its own. */
export { multipart } from './multipart.ts';
export { staticFiles } from './static-files.ts';
export type { StaticFilesOptions } from './static-options.ts';
export { textFile } from './text-file.ts';
