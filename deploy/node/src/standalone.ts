import type { Running } from '@lianzheng/runtime';
import type { NodeConfig } from './config.ts';
import { environmentFor } from './environment.ts';
import { configOf, type ServiceName, startOf } from './services.ts';

/**
 * All services of a node in this process, started side by side; each migrates its own schema. If one cannot start, those that
 * did are stopped again. stop() stops them side by side as well: none needs another in order to stop.
 */
export async function startStandalone(config: NodeConfig): Promise<Running> {
  const started = await Promise.allSettled(config.services.map((service) => startService(service, config)));
  const running = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async () => throwFirst(await Promise.allSettled(running.map((service) => service.stop())));
  const failure = started.find((result) => result.status === 'rejected');
  if (failure) {
    await stop();
    throw failure.reason;
  }
  return { stop };
}

async function startService(service: ServiceName, config: NodeConfig): Promise<Running> {
  const [{ readConfig }, { start }] = await Promise.all([configOf(service), startOf(service)]);
  return start(readConfig(await environmentFor(service, config)));
}

function throwFirst(results: readonly PromiseSettledResult<void>[]): void {
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
