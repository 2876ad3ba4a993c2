/** Finding the handler of a path among so many routes, half of them with a parameter: each contender by its own router. */
import findMyWay from 'find-my-way';
import { Hono } from 'hono';
import { createRegistry } from '../../../../src/core/index.ts';

/** Does some work, says how many runs it was. */
export type Work = () => number | Promise<number>;

export const DISPATCH: Readonly<Record<string, (routes: number) => Promise<Work>>> = {
  'dispatch amphi': async (routes) => {
    const registry = createRegistry({ name: 'curves' });
    for (const path of pathsOf(routes)) registry.get(path, () => path);
    const service = registry.freeze();
    return looking(routes, (path) => service.resolve('GET', path).refused !== true);
  },
  'dispatch find-my-way': async (routes) => {
    const router = findMyWay();
    for (const path of pathsOf(routes)) router.on('GET', path, () => path);
    return looking(routes, (path) => router.find('GET', path) !== null);
  },
  'dispatch hono': async (routes) => {
    const app = new Hono();
    for (const path of pathsOf(routes)) app.get(path, (c) => c.text(path));
    return looking(routes, (path) => app.router.match('GET', path)[0].length > 0);
  },
};

function pathsOf(routes: number): string[] {
  return Array.from({ length: routes }, (_, n) =>
    n % 2 ? `/area${n % 97}/thing${n}/:id` : `/area${n % 97}/thing${n}`,
  );
}

/** Every route in turn, far from the one before: the step is prime, so it leaves out none. */
function looking(routes: number, found: (path: string) => boolean): Work {
  const paths = pathsOf(routes);
  const asked = paths.map((_, n) => paths[(n * 7919) % routes]!.replace(':id', `${n}`));
  for (const path of asked) if (!found(path)) throw new Error(`${path} was not found`);
  let at = 0;
  return () => {
    for (let n = 0; n < 1000; n++) {
      found(asked[at]!);
      at = at + 1 === asked.length ? 0 : at + 1;
    }
    return 1000;
  };
}
