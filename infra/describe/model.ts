import type { Template } from '../topology/types.ts';
import { computeOf, entriesOf } from './entries.ts';

/** What a picture shows of a service's registry. */
export interface PicturedService {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** `source` is the type of the events that a handler takes. */
  readonly functions: readonly { readonly name: string; readonly source?: string }[];
}

export interface Box {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly string[];
}

/** Boxes that stand one below the other. */
export interface Column {
  readonly title: string;
  readonly boxes: readonly Box[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
}

/** The topology as columns from left to right: entries, what runs the executable, what the registry holds. */
export interface Picture {
  readonly title: string;
  readonly subtitle: string;
  readonly columns: readonly Column[];
  readonly edges: readonly Edge[];
}

/** The most lines of one box; a service with hundreds of routes still gives a picture. */
const MOST_LINES = 60;

export const INSTANCES = 'instances';
export const ROUTES = 'handler-http';
export const lambdaId = (handler: string) => `lambda-${handler}`;
const handlerId = (name: string) => `handler-${name}`;

/** The picture of a service in the topology that its template describes. */
export function pictureOf(service: PicturedService, template: Template): Picture {
  const compute = computeOf(template);
  const entries = entriesOf(service, template);
  const registry = registryBoxes(service);
  return {
    title: `${service.name} ${service.version}`,
    subtitle: service.description,
    columns: [
      { title: 'Entries', boxes: entries.boxes },
      { title: 'One executable', boxes: compute },
      { title: 'Registry', boxes: registry },
    ],
    edges: [...entries.edges, ...registryEdges(compute, registry)],
  };
}

function registryBoxes({ routes, functions }: PicturedService): Box[] {
  const lines = routes.map(({ method, path }) => `${method} ${path}`);
  const more = lines.length - MOST_LINES;
  const shown = more > 0 ? [...lines.slice(0, MOST_LINES), `and ${more} more`] : lines;
  return [
    ...(routes.length > 0 ? [{ id: ROUTES, title: 'HTTP routes', lines: shown }] : []),
    ...functions.map(({ name, source }) => ({
      id: handlerId(name),
      title: name,
      lines: [source ? `handles ${source} events` : 'function'],
    })),
  ];
}

/** A Lambda function runs one handler; the instances run all of them. */
function registryEdges(compute: readonly Box[], registry: readonly Box[]): Edge[] {
  return registry.flatMap(({ id }) => {
    const lambda = compute.filter((box) => box.id === lambdaId(id.slice(handlerId('').length)));
    const instances = compute.filter((box) => box.id === INSTANCES);
    return [...lambda, ...instances].map((box) => ({ from: box.id, to: id }));
  });
}
