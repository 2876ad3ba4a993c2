import type { Template } from '../topology/types.ts';
import { computeOf, entriesOf } from './entries.ts';
import { type Box, type Edge, INSTANCES, lambdaId, type Picture, type PicturedService } from './picture.ts';
import { queuesOf } from './queues.ts';

/** The most lines of one box; a service with hundreds of routes still gives a picture. */
const MAX_LINES = 60;

const ROUTES = 'handler-http';
const handlerId = (name: string) => `handler-${name}`;

/** The picture of a service in the topology that its template describes. */
export function pictureOf(service: PicturedService, template: Template): Picture {
  const compute = computeOf(service, template);
  const queues = queuesOf(service, template);
  const entries = entriesOf(service, template);
  const registry = registryBoxes(service);
  return {
    title: `${service.name} ${service.version}`,
    subtitle: service.description,
    columns: [
      { title: 'Entries', boxes: entries.boxes },
      ...(queues.boxes.length > 0 ? [{ title: 'Queues', boxes: queues.boxes }] : []),
      { title: 'One executable', boxes: compute },
      { title: 'Registry', boxes: registry },
    ],
    edges: [...entries.edges, ...queues.edges, ...registryEdges(service, compute, registry)],
  };
}

function registryBoxes({ routes, functions }: PicturedService): Box[] {
  const lines = routes.map(
    ({ method, path, runOn = 'both' }) => `${method} ${path}${runOn === 'both' ? '' : ` (${runOn})`}`,
  );
  const more = lines.length - MAX_LINES;
  const shown = more > 0 ? [...lines.slice(0, MAX_LINES), `and ${more} more`] : lines;
  return [
    ...(routes.length > 0 ? [{ id: ROUTES, title: 'HTTP routes', lines: shown }] : []),
    ...functions.map(({ name, source }) => ({
      id: handlerId(name),
      title: name,
      lines: [source ? `handles ${source} events` : 'function'],
    })),
  ];
}

/** A Lambda function runs one handler; the instances run all that are placed there. */
function registryEdges(service: PicturedService, compute: readonly Box[], registry: readonly Box[]): Edge[] {
  const placed = placedOnInstances(service);
  return registry.flatMap(({ id }) => {
    const lambda = compute.filter((box) => box.id === lambdaId(id.slice(handlerId('').length)));
    const instances = compute.filter((box) => box.id === INSTANCES && placed.has(id));
    return [...lambda, ...instances].map((box) => ({ from: box.id, to: id }));
  });
}

function placedOnInstances({ routes, functions }: PicturedService): Set<string> {
  const polled = functions.filter(({ runOn = 'lambda' }) => runOn !== 'lambda');
  const served = routes.some(({ runOn = 'both' }) => runOn !== 'lambda');
  return new Set([...(served ? [ROUTES] : []), ...polled.map(({ name }) => handlerId(name))]);
}
