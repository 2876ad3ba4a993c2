import type { MetricObject, Registry } from 'prom-client';
import type { Snapshot } from '../../server/processes/protocol.ts';

/** What several processes have counted, as one: sums, and of gauges what each says of itself (average, largest ...). */
export async function sumOf(snapshots: readonly Snapshot[]): Promise<Registry> {
  const { AggregatorRegistry } = await import('./prom-client.deferred.ts');
  return AggregatorRegistry.aggregate([...snapshots] as object[]);
}

/** What processes that have ended leave behind: counters and histograms. What a gauge showed is over. */
export async function foldSnapshots(snapshots: readonly Snapshot[]): Promise<Snapshot> {
  const lasting = snapshots.map((metrics) => (metrics as MetricObject[]).filter(lasts));
  return (await sumOf(lasting)).getMetricsAsJSON();
}

const lasts = ({ type }: MetricObject): boolean => String(type) !== 'gauge';
