import { closing, running } from '../lifecycle.ts';
import { createLogger } from '../logger.ts';
import type { ProcessConfig } from '../process-spec.ts';
import type { Running } from '../run.ts';
import { measureProcess } from './process.ts';
import { serveMetrics } from './serve-metrics.ts';
import { createTelemetry, type ProcessTelemetry } from './telemetry.ts';

export type TelemetryConfig = ProcessConfig & { readonly node: string };

export type WithTelemetry = { readonly telemetry: ProcessTelemetry };

/**
 * For the main.ts of a service that has a process to itself: `run(withTelemetry('catalog', start), readConfig, …)`. Metrics
 * are served at LZ_METRICS_ADDRESS, spans sent to LZ_OTLP_ENDPOINT, each where it is set.
 */
export function withTelemetry<C extends TelemetryConfig>(
  service: string,
  start: (config: C, overrides: WithTelemetry) => Promise<Running>,
): (config: C) => Promise<Running> {
  return async (config) => {
    await using parts = new AsyncDisposableStack();
    const telemetry = await startTelemetry(parts, service, config);
    closing(parts, await start(config, { telemetry }), (it) => it.stop());
    return running(parts.move());
  };
}

/** The telemetry of a process by its configuration, closed with `parts`. */
export async function startTelemetry(
  parts: AsyncDisposableStack,
  service: string,
  { node, logLevel, logFile, otlpEndpoint, tracePercent = 100, metricsAddress }: TelemetryConfig,
): Promise<ProcessTelemetry> {
  const logger = createLogger({ service, node, level: logLevel, file: logFile });
  const onError = (err: unknown) => logger.warn({ err }, 'telemetry failed');
  const traceRatio = tracePercent / 100;
  const telemetry = await createTelemetry({ service, node, otlpEndpoint, traceRatio, onError });
  closing(parts, telemetry, (it) => it.close());
  parts.defer(measureProcess(telemetry));
  if (metricsAddress === undefined) return telemetry;
  const at = metricsAddress.lastIndexOf(':');
  const host = metricsAddress.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  const port = Number(metricsAddress.slice(at + 1));
  closing(parts, await serveMetrics(telemetry, { host, port, onError }), (it) => it.stop());
  return telemetry;
}
