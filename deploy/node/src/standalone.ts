import type { Running } from '@lianzheng/runtime';
import type { NodeConfig } from './config.ts';
import { environmentFor } from './environment.ts';
import { configOf, type ServiceName, startOf } from './services.ts';

/**
 * All services of a node in this process, started side by side; each migrates its own schema. If one cannot start, those that
 * did are stopped again.
 */
export async function startStandalone(config: NodeConfig): Promise<Running> {
  const started = await Promise.allSettled(config.services.map((service) => startService(service, config)));
  const running = new Map(
    started.flatMap((result, index) =>
      result.status === 'fulfilled' ? [[config.services[index], result.value] as const] : [],
    ),
  );
  async function stop(): Promise<void> {
    const results = [];
    for (const wave of stoppingWaves) {
      results.push(...(await Promise.allSettled(wave.map((service) => running.get(service)?.stop()))));
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

async function startService(service: ServiceName, config: NodeConfig): Promise<Running> {
  const [{ readConfig }, { start }] = await Promise.all([configOf(service), startOf(service)]);
  return start(readConfig(await environmentFor(service, config)));
}

function throwFirst(results: readonly PromiseSettledResult<unknown>[]): void {
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
