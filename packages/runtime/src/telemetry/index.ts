export { type CallListeners, clientCalls, serverCalls } from './calls.ts';
export {
  type Counter,
  durationBoundariesMs,
  type Histogram,
  type Labels,
  type Measured,
  type Metrics,
  type MetricsRegistry,
  type Observed,
  type ObservedNames,
} from './metrics.ts';
export { measureProcess } from './process.ts';
export { type MetricsServer, metricsHandler, prometheusContentType, serveMetrics } from './serve-metrics.ts';
export { silentTelemetry } from './silent.ts';
export {
  createTelemetry,
  type ProcessTelemetry,
  type Telemetry,
  type TelemetryOptions,
} from './telemetry.ts';
export { formatTraceparent, parseTraceparent } from './traceparent.ts';
export {
  type ActiveSpan,
  type OpenSpan,
  type SpanAttributes,
  type SpanOptions,
  sharedSpan,
  type Tracing,
} from './tracing.ts';
export { startTelemetry, type TelemetryConfig, type WithTelemetry, withTelemetry } from './with-telemetry.ts';
