import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createLogger } from '@lianzheng/runtime';
import { type BrokerOptions, startBroker } from './src/broker.ts';
import type { ClusterTls } from './src/index.ts';
import type { MirrorMakerOptions } from './src/mirror-maker.ts';
import { superviseMirror } from './src/supervise.ts';

const USAGE = `用法 Usage: node deploy/kafka/main.ts broker|mirror FILE.json
  broker  本节点的 Kafka / the node's own broker
  mirror  市节点的 MirrorMaker 2，由监督者看护 / a city's MirrorMaker 2 under its supervisor
FILE.json 见 README.md / see README.md`;

/** In files TLS names three PEM files, relative to the file that names them. */
interface TlsPaths {
  ca: string;
  key: string;
  cert: string;
}

type InFile<T> = Omit<T, 'tls' | 'log' | 'archiveInto'> & { tls?: TlsPaths };

const [program, file] = process.argv.slice(2);
if (!file || (program !== 'broker' && program !== 'mirror')) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  await main(program, file);
}

async function main(program: 'broker' | 'mirror', configFile: string): Promise<void> {
  const signalled = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => signalled.resolve());
  // A pending promise alone does not keep a process alive.
  const alive = setInterval(() => undefined, 60_000);
  try {
    const stop = await (program === 'broker' ? runBroker(configFile) : runMirror(configFile));
    await signalled.promise;
    await stop();
  } catch (error) {
    console.error(`无法启动 Cannot start ${program} (${configFile}): ${(error as Error).message}`);
    process.exitCode = 1;
  } finally {
    clearInterval(alive);
  }
}

async function runBroker(configFile: string): Promise<() => Promise<void>> {
  const options = await readOptions<BrokerOptions>(configFile, ['name', 'dir']);
  const logger = createLogger({ service: 'kafka', node: options.name });
  const broker = await startBroker({ ...options, log: (text) => logger.info(text) });
  logger.info({ bootstrap: broker.bootstrap, mesh: broker.mesh, pid: broker.pid() }, 'broker_started');
  return broker.stop;
}

async function runMirror(configFile: string): Promise<() => Promise<void>> {
  const options = await readOptions<MirrorMakerOptions>(configFile, ['dir', 'city', 'province']);
  const logger = createLogger({ service: 'mirror', node: options.city.node });
  const mirror = { ...options, log: (text: string) => logger.info(text) };
  const supervisor = superviseMirror({
    mirror,
    nowMs: Date.now,
    onEvent: ({ event, ...details }) => logger[event === 'mirror_started' ? 'info' : 'error'](details, event),
  });
  return supervisor.stop;
}

async function readOptions<T extends { dir: string; tls?: ClusterTls }>(
  configFile: string,
  required: readonly (keyof T)[],
): Promise<T> {
  const folder = dirname(resolve(configFile));
  const read = JSON.parse(await readFile(configFile, 'utf8')) as InFile<T>;
  const missing = required.filter((name) => !(name in read));
  if (missing.length > 0) throw new Error(`缺少 missing: ${missing.join(', ')}`);
  const { tls, dir, ...rest } = read;
  const pem = (path: string) => readFile(resolve(folder, path), 'utf8');
  const texts = tls && { caPem: await pem(tls.ca), keyPem: await pem(tls.key), certPem: await pem(tls.cert) };
  return { ...rest, dir: resolve(folder, dir), tls: texts } as unknown as T;
}
