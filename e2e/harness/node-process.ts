import { join, resolve } from 'node:path';
import {
  launchEnvironment,
  NODE_FLAGS,
  type NodeConfig,
  type RunningMesh,
  type ServiceName,
  startMesh,
} from '@lianzheng/deploy-node';
import { type GuardedProcess, spawnGuarded, tailOf } from '@lianzheng/deploy-process';
import { createLogger } from '@lianzheng/runtime';

/** The processes of one node: one, or in `mesh` mode one for each service, which are started again when they die. */
export type NodeProcess = {
  start(): Promise<void>;
  /** SIGTERM; resolves when all has ended. */
  stop(): Promise<void>;
  /** SIGKILL to the node, in `mesh` mode to one service or to all. */
  kill9(service?: ServiceName): Promise<void>;
  /** In `mesh` mode: SIGKILL to the service as often as it is started again, until the returned function is called. */
  keepAway(service: ServiceName): () => void;
  /** SIGSTOP and SIGCONT. */
  pause(service?: ServiceName): void;
  resume(service?: ServiceName): void;
  /** False when a process that should run has ended by itself. */
  isUp(): boolean;
  /** End of the log, for error messages. */
  logTail(): Promise<string>;
};

const MAIN = resolve(import.meta.dirname, '../../deploy/node/main.ts');

export function nodeProcess(config: NodeConfig): NodeProcess {
  return config.mode === 'mesh' ? processPerService(config) : oneProcess(config);
}

function oneProcess({ dir }: NodeConfig): NodeProcess {
  const logFile = join(dir, 'node.log');
  let running: GuardedProcess | undefined;
  return {
    async start() {
      if (running && !running.exit()) return;
      const args = [...NODE_FLAGS, MAIN, '--config', dir, '--mode', 'standalone'];
      const env = launchEnvironment();
      running = await spawnGuarded({ command: process.execPath, args, logFile, cwd: dir, env });
    },
    stop: async () => void (await running?.stop('SIGTERM', 12_000)),
    kill9: async () => void (await running?.stop('SIGKILL')),
    keepAway(service) {
      throw new Error(`${service} is no process of its own`);
    },
    pause: () => running?.kill('SIGSTOP'),
    resume: () => running?.kill('SIGCONT'),
    isUp: () => running !== undefined && running.exit() === undefined,
    logTail: () => tailOf(logFile),
  };
}

function processPerService(config: NodeConfig): NodeProcess {
  const logFile = join(config.dir, 'node.log');
  let mesh: RunningMesh | undefined;
  const chosen = (service?: ServiceName) =>
    (service ? [service] : config.services).flatMap((name) => mesh?.process(name) ?? []);
  return {
    async start() {
      mesh ??= await startMesh(config, createLogger({ service: 'node', node: config.node, file: logFile }));
    },
    async stop() {
      await mesh?.stop();
      mesh = undefined;
    },
    async kill9(service) {
      await Promise.all(chosen(service).map((one) => one.stop('SIGKILL')));
    },
    keepAway(service) {
      const kill = () => mesh?.process(service)?.kill('SIGKILL');
      kill();
      // Much shorter than a service takes until it listens.
      const timer = setInterval(kill, 20);
      return () => clearInterval(timer);
    },
    pause(service) {
      for (const one of chosen(service)) one.kill('SIGSTOP');
    },
    resume(service) {
      for (const one of chosen(service)) one.kill('SIGCONT');
    },
    isUp: () => mesh !== undefined,
    logTail: () => tailOf(logFile),
  };
}
