import { closing, processSpec, type Running, readConfig, running } from '@lianzheng/runtime';
import { type ProcessTelemetry, startTelemetry, type TelemetryConfig } from '@lianzheng/runtime/telemetry';
import type { NodeConfig } from './config.ts';
import { environmentFor, metricsAddress } from './environment.ts';
import { configOf, type ServiceName, startOf } from './services.ts';

/**
 * All services of a node in this process, started side by side; each migrates its own schema. If one cannot start, those that
 * did are stopped again.
 */
export async function startStandalone(config: NodeConfig): Promise<Running> {
  await using parts = new AsyncDisposableStack();
  const telemetry = await startTelemetry(parts, 'node', telemetryOf(config));
  closing(parts, await startServices(config, telemetry), (services) => services.stop());
  return running(parts.move());
}

function telemetryOf(config: NodeConfig): TelemetryConfig {
  const { otlpEndpoint, tracePercent } = readConfig(config.environment, processSpec);
  const { node, logLevel } = config;
  return { node, logLevel, otlpEndpoint, tracePercent, metricsAddress: metricsAddress(config) };
}

async function startServices(config: NodeConfig, telemetry: ProcessTelemetry): Promise<Running> {
  const started = await Promise.allSettled(
    config.services.map((service) => startService(service, config, telemetry)),
  );
  const services = new Map(
    started.flatMap((result, index) =>
      result.status === 'fulfilled' ? [[config.services[index], result.value] as const] : [],
    ),
  );
  async function stop(): Promise<void> {
    const results = [];
    for (const wave of stoppingWaves) {
      results.push(...(await Promise.allSettled(wave.map((service) => services.get(service)?.stop()))));
    }
    throwFirst(results);
  }
  const failure = started.find((result) => result.status === 'rejected');
  if (failure) {
    await stop();
    throw failure.reason;
  }
  return { stop };
}

/** None needs another in order to stop; but whoever asks others all the time would fill the log with their absence. */
const stoppingWaves: readonly (readonly ServiceName[])[] = [
  ['gateway', 'exchange'],
  ['issuance', 'catalog'],
  ['audit', 'signature'],
];

async function startService(
  service: ServiceName,
  config: NodeConfig,
  telemetry: ProcessTelemetry,
): Promise<Running> {
  const [{ readConfig: read }, { start }] = await Promise.all([configOf(service), startOf(service)]);
  const own = { ...telemetry, ...telemetry.telemetryFor(service) };
  return start(read(await environmentFor(service, config)), { telemetry: own });
}

function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
