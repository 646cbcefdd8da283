import { join } from 'node:path';
import { environmentFor, launchEnvironment, readNodeConfig } from '@lianzheng/deploy-node';
import { type GuardedProcess, spawnGuarded, tailOf } from '@lianzheng/deploy-process';
import { type Channel, connect } from '@lianzheng/rpc';
import type { BenchContext } from './bench.ts';
import { bearerOf, type EnrolledNode } from './nodes.ts';

const main = join(import.meta.dirname, '../../services/exchange/src/main.ts');
const READY_WITHIN_MS = 60_000;

export type ExchangeProcess = {
  process: GuardedProcess;
  address: string;
  /** As the node's operator. */
  operator: Channel;
  stop(): Promise<void>;
};

/** The real exchange service in a process of its own; `nodeArguments` e.g. for a profile. Resolves when it accepts connections. */
export async function startExchange(
  { parts, dir }: BenchContext,
  node: EnrolledNode,
  nodeArguments: readonly string[] = profilingArguments(node.node),
): Promise<ExchangeProcess> {
  const env = await environmentFor('exchange', readNodeConfig(node.dir));
  const logFile = join(dir, `exchange-${node.node}.log`);
  const process = await spawnGuarded({
    command: globalThis.process.execPath,
    args: [...nodeArguments, main],
    logFile,
    env: { ...launchEnvironment(), ...env },
  });
  const address = `127.0.0.1:${node.exchangePort}`;
  const operator = connect({
    address,
    tls: await bearerOf(node, 'operator'),
    expect: `lianzheng://${node.node}/service/exchange`,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      operator.close();
      await process.stop('SIGTERM');
    })();
    return stopped;
  };
  parts.defer(stop);
  const ended = process.exited.then(async ({ code, signal }) => {
    throw new Error(`exchange of ${node.node} ended (${signal ?? code}): ${await tailOf(logFile)}`);
  });
  ended.catch(() => {});
  await Promise.race([operator.ready(READY_WITHIN_MS), ended]);
  return { process, address, operator, stop };
}

/** LZ_BENCH_PROFILE=<folder> leaves a CPU profile of each exchange there. */
function profilingArguments(name: string): string[] {
  const folder = globalThis.process.env.LZ_BENCH_PROFILE;
  return folder
    ? ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=exchange-${name}.cpuprofile`]
    : [];
}
