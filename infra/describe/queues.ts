/** The queues between events or functions and the worker on the instances. */
import { logicalName } from '../topology/names.ts';
import type { Template } from '../topology/types.ts';
import { type Box, type Edge, INSTANCES, type PicturedService, queueId, sourceId } from './picture.ts';
import { resourcesOf } from './template-reader.ts';

export interface Queues {
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

export function queuesOf({ functions }: PicturedService, template: Template): Queues {
  const made = new Set(resourcesOf(template, 'AWS::SQS::Queue').map(([name]) => name));
  const polled = functions.filter(({ runOn = 'lambda' }) => runOn !== 'lambda');
  return {
    boxes: polled.map(({ name }) => ({
      id: queueId(name),
      title: `Queue of ${name}`,
      lines: made.has(`${logicalName(name)}Queue`) ? ['with dead letters'] : ['its own'],
    })),
    edges: polled.flatMap(({ name, source }) => [
      ...(source === undefined ? [] : [{ from: sourceId(name), to: queueId(name) }]),
      { from: queueId(name), to: INSTANCES },
    ]),
  };
}
