import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GuardedProcess, spawnGuarded } from '@lianzheng/deploy-process';
import { createBackoff, type Logger, pause, type Running } from '@lianzheng/runtime';
import type { NodeConfig } from './config.ts';
import { environmentFor } from './environment.ts';
import { launchEnvironment, NODE_FLAGS } from './node-launch.ts';
import { mainOf, type ServiceName } from './services.ts';

export type RunningMesh = Running & {
  /** The process of the moment; undefined between two. */
  process(service: ServiceName): GuardedProcess | undefined;
  /** Starts after the first. */
  restarts(service: ServiceName): number;
};

/** A run this long was no failure to start: the next pause is short again. */
const SETTLED_AFTER_MS = 30_000;

/** One process per service; one that ends is started again, after pauses that grow to 5 s. Logs: `<dir>/log/<service>.log`. */
export async function startMesh(config: NodeConfig, logger: Logger): Promise<RunningMesh> {
  await mkdir(join(config.dir, 'log'), { recursive: true });
  const keepers = new Map(
    config.services.map((service) => [service, keepRunning(service, config, logger)] as const),
  );
  await Promise.all([...keepers.values()].map(({ started }) => started));
  return {
    process: (service) => keepers.get(service)?.process(),
    restarts: (service) => keepers.get(service)?.restarts() ?? 0,
    async stop() {
      await Promise.all([...keepers.values()].map((keeper) => keeper.stop()));
    },
  };
}

function keepRunning(service: ServiceName, config: NodeConfig, logger: Logger) {
  const stopping = new AbortController();
  const backoff = createBackoff({ minMs: 100, maxMs: 5_000 });
  const first = Promise.withResolvers<void>();
  let current: GuardedProcess | undefined;
  let restarts = 0;

  async function runOnce(): Promise<void> {
    const startedMs = performance.now();
    current = await launch(service, config);
    logger.info({ service, pid: current.pid, restarts }, 'service_started');
    first.resolve();
    const exit = await current.exited;
    current = undefined;
    if (stopping.signal.aborted) return;
    logger.error({ service, ...exit }, 'service_ended');
    if (performance.now() - startedMs > SETTLED_AFTER_MS) backoff.reset();
  }

  async function runAlways(): Promise<void> {
    while (!stopping.signal.aborted) {
      await runOnce();
      await pause(stopping.signal.aborted ? 0 : backoff.nextMs(), stopping.signal);
      restarts += 1;
    }
  }

  const ended = runAlways();
  ended.catch(first.reject);
  return {
    started: first.promise,
    process: () => current,
    restarts: () => restarts,
    async stop() {
      stopping.abort();
      await current?.stop('SIGTERM', 10_000);
      await ended;
    },
  };
}

async function launch(service: ServiceName, config: NodeConfig): Promise<GuardedProcess> {
  return spawnGuarded({
    command: process.execPath,
    args: [...NODE_FLAGS, fileURLToPath(mainOf(service))],
    logFile: join(config.dir, 'log', `${service}.log`),
    cwd: config.dir,
    env: { ...launchEnvironment(), ...(await environmentFor(service, config)) },
  });
}
