/** prom-client is loaded only where metrics are served. */
export { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
