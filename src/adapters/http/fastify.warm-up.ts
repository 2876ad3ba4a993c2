/** What a start does with Fastify, for its code cache: V8 keeps the functions that have run. Each build runs it, so it imports little. */
import { METHODS } from 'node:http';
import { join } from 'node:path';

/** @param folder is empty and goes away */
export default async function serve(
  { Fastify }: typeof import('./fastify.deferred.ts'),
  folder: string,
): Promise<void> {
  const app = Fastify({ trustProxy: ['127.0.0.1/32'], exposeHeadRoutes: false });
  for (const method of METHODS) {
    if (method !== 'CONNECT') app.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  }
  const handler = () => 'warm';
  app.setErrorHandler(handler);
  app.register(async () => {
    app.route({ method: ['GET', 'HEAD'], url: '/_amphi/warm', handler });
    app.route({ method: 'POST', url: '/warm/:name/up', handler });
    app.route({ method: app.supportedMethods, url: '/*', handler });
    app.setNotFoundHandler(handler);
  });
  await app.ready();
  // A name in the file system: nobody can connect from outside.
  await app.listen({ path: join(folder, 'warm.sock') });
  await app.close();
}
