/** What `app httpServer` does until it listens, and for its first requests. Each build runs it. */
import { once } from 'node:events';
import { request as open, type RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';
import { createRegistry } from '../core/index.ts';

const ARGUMENTS = ['httpServer', '--host', '127.0.0.1', '--port', '0'];

export default async function serve({ execute }: typeof import('./main.deferred.ts')): Promise<void> {
  const others = process.listeners('SIGTERM');
  const { url, release } = listening();
  try {
    const served = execute({ load: async () => ({ registry: warmRegistry() }), argv: ARGUMENTS });
    const found = await Promise.race([url, served]);
    if (typeof found === 'string') await visit(found);
    for (const stop of process.listeners('SIGTERM')) if (!others.includes(stop)) stop('SIGTERM');
    await served;
  } finally {
    release();
  }
}

function warmRegistry() {
  const registry = createRegistry({ name: 'warm' });
  registry.get('/', () => 'warm');
  registry.post('/warm/:name', async (request) => ({
    name: request.params.name,
    body: await request.json(),
  }));
  return registry;
}

/** Takes standard output, where the server tells its address. */
function listening(): { url: Promise<string>; release: () => void } {
  const { write } = process.stdout;
  const url = new Promise<string>((resolve) => {
    process.stdout.write = (line: unknown) => {
      const [, found] = /"url":"([^"]+)"/.exec(String(line)) ?? [];
      if (found !== undefined) resolve(found);
      return true;
    };
  });
  const release = () => {
    process.stdout.write = write;
  };
  return { url, release };
}

async function visit(url: string): Promise<void> {
  const json = { 'content-type': 'application/json' };
  await answered(url, {});
  await answered(`${url}/warm/up?tag=a`, { method: 'POST', headers: json }, '{"name":"Ada"}');
}

async function answered(url: string, options: RequestOptions, body?: string): Promise<void> {
  const request = open(url, { ...options, agent: false }).end(body);
  const [response] = await once(request, 'response');
  await text(response);
}
