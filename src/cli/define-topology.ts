import type { TopologyDefinition } from '../../infra/index.ts';

/**
 * The topology of a service: settings that all stages share, and what is different in each. `run` takes it, `--stage`
 * chooses, and flags go before what stands here. It is checked when a command loads it, all of it and all at once: Lambda
 * pays for nothing.
 * @example
 * ```ts
 * import { defineTopology } from 'amphi';
 *
 * export const topology = defineTopology({
 *   s3Bucket: 'my-artifacts',
 *   stages: {
 *     dev: { runOn: { '*': 'lambda' } },
 *     prod: { alb: 'internet-facing', trustProxy: ['10.0.0.0/16'], memorySize: 1024, protected: true },
 *   },
 * });
 *
 * console.log(Object.keys(topology.stages).join(' ')); // dev prod
 * ```
 */
export function defineTopology<const T extends TopologyDefinition>(definition: T): T {
  return definition;
}
