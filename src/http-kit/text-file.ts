import { readFileSync } from 'node:fs';

/**
 * The text of a file beside the module, read at the first call and kept: a template, a query, a page. Named as
 * `new URL('./x', import.meta.url)` it becomes part of an executable; by a function it is unpacked at the first call as well.
 * @throws the error of `node:fs` where it cannot be read, at the call
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { textFile } from 'amphi/http-kit';
 *
 * writeFileSync('/tmp/amphi-hello.txt', 'Hello');
 *
 * // In a service: textFile(() => new URL('./hello.txt', import.meta.url))
 * const hello = textFile(new URL('file:///tmp/amphi-hello.txt'));
 * console.log(hello()); // Hello
 * ```
 */
export function textFile(file: URL | (() => URL)): () => string {
  let text: string | undefined;
  return () => {
    text ??= readFileSync(typeof file === 'function' ? file() : file, 'utf8');
    return text;
  };
}
