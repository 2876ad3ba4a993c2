import type { EventSource } from './event-source.ts';

/** Where a handler runs: in Lambda, on instances, or wherever a request or message happens to come in. */
export type RunOn = 'lambda' | 'instances' | 'both';

export const RUN_ON: readonly RunOn[] = ['lambda', 'instances', 'both'];

/** Why a handler of events (or, without a source, a function) cannot run there; `undefined` where it can. */
export function placementRefusal(source: EventSource<never> | undefined, runOn: RunOn): string | undefined {
  if (source === undefined || runOn === 'lambda') return undefined;
  const { type, onInstances = 'nothing brings them there' } = source;
  if (typeof onInstances === 'string') return `${type} events cannot run on instances: ${onInstances}`;
  if (runOn === 'both' && onInstances.queue === 'made')
    return `${type} events cannot run on both sides, for each would be handled twice: choose lambda or instances`;
  return undefined;
}
