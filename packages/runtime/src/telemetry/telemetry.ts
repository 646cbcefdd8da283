import { createMetrics, type Metrics, type MetricsRegistry } from './metrics.ts';
import { type ProcessTracing, passingTracing, type Tracing } from './tracing.ts';

/** What a service measures and traces with. */
export type Telemetry = Metrics & Tracing;

/** One per process. */
export interface ProcessTelemetry extends MetricsRegistry, Tracing {
  /** For another service of the same process. */
  telemetryFor(service: string): Telemetry;
  /** Sends the spans that wait and ends the registry. */
  close(): Promise<void>;
}

export interface TelemetryOptions {
  readonly service: string;
  readonly node: string;
  /** LZ_OTLP_ENDPOINT: spans are recorded and sent there; without it trace contexts are handed on and nothing is recorded. */
  readonly otlpEndpoint?: string;
  /** Share of traces begun here that are recorded. Default 1. */
  readonly traceRatio?: number;
  onError(error: unknown): void;
}

export async function createTelemetry(options: TelemetryOptions): Promise<ProcessTelemetry> {
  const metrics = createMetrics(options);
  const tracing = await createTracing(options);
  return {
    ...metrics,
    ...tracing,
    telemetryFor: (name) => ({ ...metrics.forService(name), ...tracing.tracingFor(name) }),
    async close() {
      // A receiver that is away must not hold up the end of the process, nor make it fail.
      await tracing.close().catch(options.onError);
      await metrics.close();
    },
  };
}

async function createTracing({
  service,
  node,
  otlpEndpoint,
  traceRatio = 1,
}: TelemetryOptions): Promise<ProcessTracing> {
  if (otlpEndpoint === undefined) return passingTracing;
  const { exportingTracing } = await import('./exporting.ts');
  return exportingTracing({ service, node, endpoint: otlpEndpoint, ratio: traceRatio });
}
