/** OpenTelemetry's SDK: an asset of the executable, loaded where traces are wanted. */
export { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
export {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
export { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
export { AWSXRayPropagator } from '@opentelemetry/propagator-aws-xray';
export { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
export { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
