/** The package `amphi/http-kit`: what HTTP handlers need often, each a module of its own. */
export { multipart } from './multipart.ts';
