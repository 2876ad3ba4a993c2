import type { FormLimits, FormPart, HttpRequest } from '../core/index.ts';

/**
 * The parts of a `multipart/form-data` body as they come, for uploads too large for memory: a file is read by `for await`,
 * `stream()` or `bytes()` before the next part is asked for, and what is left of it is passed over. Nothing is read faster
 * than the parts are. The route needs `body: 'stream'`, or the body is in memory and within the adapter's limit after all;
 * `bodyLimit` counts as well as the limits here.
 * @throws HttpError 400 `BAD_MULTIPART`, 413 `PAYLOAD_TOO_LARGE`, 415 `UNSUPPORTED_MEDIA_TYPE`: where the next part, or a
 * file, is read
 * @example
 * ```ts
 * import { createRegistry } from 'amphi';
 * import { multipart } from 'amphi/http-kit';
 *
 * const registry = createRegistry({ name: 'photos' });
 *
 * registry.post('/photos', { body: 'stream' }, async (request) => {
 *   const sizes: Record<string, number> = {};
 *   for await (const part of multipart(request, { files: 10, fileSize: 1e9 })) {
 *     if (part.kind === 'field') continue;
 *     sizes[part.filename] = 0;
 *     for await (const piece of part) sizes[part.filename]! += piece.length;
 *   }
 *   return sizes;
 * });
 *
 * const body = new FormData();
 * body.append('photo', new File(['pixels'], 'cat.png'));
 * const response = await registry.fetch(new Request('http://localhost/photos', { method: 'POST', body }));
 * console.log(await response.text()); // {"cat.png":6}
 * ```
 */
export async function* multipart(
  request: Pick<HttpRequest, 'headers' | 'stream'>,
  limits: FormLimits = {},
): AsyncGenerator<FormPart, undefined, undefined> {
  const { multipartParts } = await import('../core/multipart.deferred.ts');
  yield* multipartParts(request.stream(), request.headers['content-type'], limits);
  return undefined;
}
